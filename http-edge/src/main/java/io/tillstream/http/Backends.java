package io.tillstream.http;

import io.tillstream.http.redis.RedisAway;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.CannotCreateTransactionException;

/** Which failures mean that PostgreSQL or Redis is away. */
final class Backends {
    /** What Hikari says, and nothing else, of a connection that it has closed. */
    private static final String CLOSED = "Connection is closed";

    private Backends() {}

    static boolean away(Throwable failure) {
        return switch (failure) {
            case RedisAway _ -> true;
            case SQLTransientConnectionException _ -> true;
            case SQLNonTransientConnectionException _ -> true;
            case SQLRecoverableException _ -> true;
            case DataAccessResourceFailureException _ -> true;
            case QueryTimeoutException _ -> true;
            case CannotCreateTransactionException _ -> true;
            // 08: connection; 57P: the server shuts down, or is starting; none: the pool has taken a broken connection
            // away, and somebody goes on with it
            case SQLException sql ->
                sql.getSQLState() == null
                        ? CLOSED.equals(sql.getMessage())
                        : sql.getSQLState().startsWith("08")
                                || sql.getSQLState().startsWith("57P");
            default -> false;
        };
    }
}
