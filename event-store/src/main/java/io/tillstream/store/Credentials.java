package io.tillstream.store;

import io.tillstream.events.Mode;
import io.tillstream.events.derived.Credential;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * All credentials, in memory. Changes are polled every 250 ms: rows keep their writer's transaction id, and a poll reads
 * from the previous poll's snapshot xmin on, so that no late commit is missed. While PostgreSQL is away the last copy is
 * honoured, and {@link #current()} says that revocations may not have arrived.
 */
public final class Credentials implements AutoCloseable {
    /** A credential and the aggregate it belongs to. */
    public record Known(UUID id, Credential credential) {}

    private static final Logger log = LoggerFactory.getLogger(Credentials.class);
    private static final long POLL_MS = 250;
    private static final String COLUMNS =
            "select id, hash, name, mode, scopes, limit_per_minute, active, expires_at from credentials";

    private final JdbcClient jdbc;
    private final Map<String, Known> byHash = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private String from = "0";
    private volatile boolean current;

    public Credentials(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Loads all and goes on polling. Returns at once; until the first poll works, {@link #current()} is false. */
    public void start() {
        Thread.ofPlatform().name("credentials").daemon().start(this::pollUntilClosed);
    }

    private void pollUntilClosed() {
        try {
            do poll();
            while (!closed.await(POLL_MS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The credential with this hash, as of the last poll. */
    public @Nullable Known find(String hash) {
        return byHash.get(hash);
    }

    /** Asks the table itself: for a key that was made since the last poll. Blocks. */
    public Optional<Known> lookUp(String hash) {
        Optional<Known> known = jdbc.sql(COLUMNS + " where hash = :hash")
                .param("hash", hash)
                .query((rs, n) -> known(rs))
                .optional();
        known.ifPresent(found -> byHash.putIfAbsent(hash, found));
        return known;
    }

    /** Whether the last poll worked: if not, a revoked key may still be honoured. */
    public boolean current() {
        return current;
    }

    private void poll() {
        try {
            // xmin and rows of one statement, so of one snapshot; xid8 doesn't wrap around
            List<Known> changed = new ArrayList<>();
            AtomicReference<String> xmin = new AtomicReference<>(from);
            jdbc.sql("select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, c.* from (values (1)) one left join"
                            + " lateral (" + COLUMNS + " where changed >= :from::text::xid8) c on true")
                    .param("from", from)
                    .query(rs -> {
                        xmin.set(rs.getString("xmin"));
                        if (rs.getString("hash") != null) changed.add(known(rs));
                    });
            changed.forEach(known -> byHash.put(known.credential().hash(), known));
            from = xmin.get();
            current = true;
        } catch (DataAccessException e) {
            if (current) log.warn("Credentials can't be polled; the last copy is honoured: {}", e.getMessage());
            current = false;
        }
    }

    private static Known known(ResultSet rs) throws SQLException {
        Array scopes = rs.getArray("scopes");
        int limit = rs.getInt("limit_per_minute");
        Integer limitPerMinute = rs.wasNull() ? null : limit;
        Timestamp expires = rs.getTimestamp("expires_at");
        return new Known(
                rs.getObject("id", UUID.class),
                new Credential(
                        rs.getString("hash"),
                        rs.getString("name"),
                        Mode.of(rs.getString("mode")),
                        Set.of((String[]) scopes.getArray()),
                        limitPerMinute,
                        rs.getBoolean("active"),
                        expires == null ? null : expires.toInstant()));
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
