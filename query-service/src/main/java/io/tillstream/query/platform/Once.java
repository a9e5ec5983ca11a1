package io.tillstream.query.platform;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.error.Refused;
import io.tillstream.http.idempotency.FirstAnswers.Use;
import io.tillstream.http.idempotency.KeyRefusal;
import io.tillstream.store.IdempotencyAnswers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.function.Supplier;
import org.bson.Document;
import org.bson.types.Binary;

/**
 * Does what a request asks of the read side once for each idempotency key: who comes first leaves a document, and then its answer
 * in it. Forgotten with the read store.
 */
public final class Once {
    /** No request takes so long: what has no answer by then was left by an instance that died. */
    private static final Duration RUNNING = Duration.ofMinutes(1);

    private static final String FINGERPRINT = "fingerprint";
    private static final String AT = "at";
    private static final String STATUS = "status";
    private static final String BODY = "body";

    private final ReadStore store;
    private final Clock clock;

    Once(ReadStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    public <V> Answer<V> answer(Request request, Supplier<Answer<V>> effect) {
        Use use = Use.of(request);
        if (use == null) return effect.get();
        String id = use.key().credential() + " " + use.key().route() + " "
                + use.key().key();
        if (!taken(id, use.fingerprint())) return earlier(id, use.fingerprint());
        Answer<V> first;
        try {
            first = effect.get();
        } catch (RuntimeException e) { // refusals and failures are not recorded
            answers().deleteOne(eq(id));
            throw e;
        }
        answers().updateOne(eq(id), combine(set(STATUS, first.status()), set(BODY, new Binary(first.body()))));
        return first;
    }

    private boolean taken(String id, String fingerprint) {
        Instant now = clock.instant();
        answers().deleteMany(lt(AT, Date.from(now.minus(IdempotencyAnswers.KEPT))));
        Document mine = new Document("_id", id).append(FINGERPRINT, fingerprint).append(AT, Date.from(now));
        try {
            answers().insertOne(mine);
            return true;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) throw e;
        }
        return answers()
                        .replaceOne(and(eq(id), exists(BODY, false), lt(AT, Date.from(now.minus(RUNNING)))), mine)
                        .getMatchedCount()
                == 1;
    }

    private <V> Answer<V> earlier(String id, String fingerprint) {
        Document found = answers().find(and(eq(id), exists(BODY))).first();
        if (found == null) throw new Refused(KeyRefusal.STILL_RUNNING);
        if (!found.getString(FINGERPRINT).equals(fingerprint)) throw new Refused(KeyRefusal.KEY_REUSED);
        return Answer.replayed(
                found.getInteger(STATUS), found.get(BODY, Binary.class).getData(), null);
    }

    private MongoCollection<Document> answers() {
        return store.collection("idempotency_answers");
    }
}
