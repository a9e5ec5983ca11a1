package io.tillstream.http.idempotency;

import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.error.Refused;
import io.tillstream.store.IdempotencyAnswers;
import io.tillstream.store.IdempotencyAnswers.KeyInUse;
import io.tillstream.store.IdempotencyAnswers.Recorded;
import io.tillstream.store.Statements;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gives a repeated request its first answer again. The transaction that has the request's effect takes the key and records the answer,
 * once. What reaches beyond it takes the key before its effect ({@link #earlier}, {@link #record}); what doesn't takes it with the rest at
 * its end ({@link #takeAndRecord}), and asks for an earlier answer only where it fails. Refusals and failures roll back.
 */
public final class FirstAnswers {
    /** A key in use: whose, on which route, for which request. */
    public record Use(IdempotencyAnswers.Key key, String fingerprint) {
        /** Null for a request without a key. */
        public static @Nullable Use of(Request request) {
            String key = request.idempotencyKey();
            if (key == null) return null;
            return new Use(
                    new IdempotencyAnswers.Key(request.caller().id(), request.method() + " " + request.path(), key),
                    request.fingerprint());
        }
    }

    private final IdempotencyAnswers answers;
    private final Clock clock;

    public FirstAnswers(IdempotencyAnswers answers, Clock clock) {
        this.answers = answers;
        this.clock = clock;
    }

    /** Takes the key; what was answered to it, if it was. */
    public <V> Optional<Answer<V>> earlier(Use use) {
        Optional<Recorded> recorded;
        try {
            recorded = answers.take(use.key(), clock.instant());
        } catch (KeyInUse e) {
            throw new Refused(KeyRefusal.STILL_RUNNING);
        }
        if (recorded.isPresent() && !recorded.get().fingerprint().equals(use.fingerprint()))
            throw new Refused(KeyRefusal.KEY_REUSED);
        return recorded.map(first -> Answer.replayed(first.status(), first.body(), first.etag()));
    }

    /**
     * Keeps the first answer to a key that this transaction has taken.
     *
     * @param person whom it is about, so that it can be redacted; null for nobody
     */
    public void record(Use use, Answer<?> first, @Nullable UUID person) {
        answers.record(use.key(), recorded(use, first), person, clock.instant());
    }

    /** Adds that the key is taken and that this is its first answer; throws when the statements are run, as {@link IdempotencyAnswers} does. */
    public void takeAndRecord(Statements statements, Use use, Answer<?> first, @Nullable UUID person) {
        answers.takeAndRecord(statements, use.key(), recorded(use, first), person, clock.instant());
    }

    private static Recorded recorded(Use use, Answer<?> first) {
        return new Recorded(use.fingerprint(), first.status(), first.etag(), first.body());
    }
}
