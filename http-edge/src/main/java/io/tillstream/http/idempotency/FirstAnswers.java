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
 * Gives a repeated request its first answer again. All of it happens in the transaction that has the request's effect: it
 * takes the key, looks for an answer, and records the one that it made. Refusals and failures roll back with the rest.
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
     * Keeps the first answer.
     *
     * @param person whom it is about, so that it can be redacted; null for nobody
     */
    public void record(Use use, Answer<?> first, @Nullable UUID person) {
        Statements statements = answers.statements();
        record(statements, use, first, person);
        statements.run();
    }

    /** As the other, when the statements are run. */
    public void record(Statements statements, Use use, Answer<?> first, @Nullable UUID person) {
        answers.record(
                statements,
                use.key(),
                new Recorded(use.fingerprint(), first.status(), first.etag(), first.body()),
                person,
                clock.instant());
    }
}
