package io.tillstream.query.platform;

import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import io.tillstream.http.error.Unavailability;

/** Tells the driver's failures that mean that the read store can't be reached from those that are bugs. */
final class ReadStoreAway implements Unavailability {
    @Override
    public boolean means(Throwable failure) {
        return switch (failure) {
            case MongoSocketException _ -> true;
            case MongoTimeoutException _ -> true;
            case MongoSecurityException _ -> true;
            case MongoServerUnavailableException _ -> true;
            case MongoNodeIsRecoveringException _ -> true;
            case MongoNotPrimaryException _ -> true;
            case MongoInterruptedException _ -> true;
            default -> false;
        };
    }
}
