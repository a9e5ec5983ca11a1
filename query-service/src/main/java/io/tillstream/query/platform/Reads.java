package io.tillstream.query.platform;

import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gives each concept the documents of its projections. */
public final class Reads {
    private final ReadStore store;
    private final Function<String, @Nullable Feed<?>> current;

    Reads(ReadStore store, Function<String, @Nullable Feed<?>> current) {
        this.store = store;
        this.current = current;
    }

    public <S> Documents<S> of(Projection<S> projection) {
        return new Documents<>(projection, store, current);
    }

    /** Asks the read store; 503 where it can't be reached. */
    public static <R> R reading(Supplier<R> query) {
        try {
            return query.get();
        } catch (MongoSocketException
                | MongoTimeoutException
                | MongoSecurityException
                | MongoServerUnavailableException
                | MongoNodeIsRecoveringException
                | MongoNotPrimaryException
                | MongoInterruptedException e) {
            throw away();
        }
    }

    static Invalid away() {
        return new Invalid(ErrorCode.SERVICE_UNAVAILABLE, "The read store can't be reached");
    }
}
