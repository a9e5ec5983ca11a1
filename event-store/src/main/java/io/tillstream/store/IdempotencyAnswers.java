package io.tillstream.store;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The first answer to each idempotency key, kept for 30 days and written in the transaction of the events it reports.
 * Sealed, since it may show a secret.
 */
public final class IdempotencyAnswers {
    public static final Duration KEPT = Duration.ofDays(30);

    /** Whose key it is, and on which route it was used. */
    public record Key(UUID credential, String route, String key) {}

    /**
     * What was answered.
     *
     * @param fingerprint of the request
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Recorded(
            String fingerprint, int status, @Nullable String etag, byte[] body) {}

    /** What was answered showed a person who has been forgotten since. */
    public static final class AnswerForgotten extends RuntimeException {
        AnswerForgotten() {
            super("The answer was about a person who is forgotten", null, false, false);
        }
    }

    private final JdbcClient jdbc;
    private static final String PURPOSE = "answer";

    private final MasterKey master;

    /** In a table of the schema that the connections look at. */
    public IdempotencyAnswers(JdbcClient jdbc, MasterKey master) {
        this.jdbc = jdbc;
        this.master = master;
    }

    /** Takes the key for this transaction; false when another transaction has it. Never waits. */
    public boolean tryTake(Key key) {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended(:key, 0))")
                .param("key", key.credential() + " " + key.route() + " " + key.key())
                .query(Boolean.class)
                .single();
    }

    /**
     * What was answered to this key.
     *
     * @throws AnswerForgotten when that is no longer known
     */
    public Optional<Recorded> find(Key key, Instant now) {
        return jdbc.sql("select fingerprint, status, etag, answer from idempotency_answers"
                        + " where credential = :credential and route = :route and key = :key and created_at > :since")
                .param("credential", key.credential())
                .param("route", key.route())
                .param("key", key.key())
                .param("since", Timestamp.from(now.minus(KEPT)))
                .query((rs, n) -> {
                    byte[] answer = rs.getBytes("answer");
                    if (answer == null) throw new AnswerForgotten();
                    return new Recorded(
                            rs.getString("fingerprint"),
                            rs.getInt("status"),
                            rs.getString("etag"),
                            master.open(PURPOSE, answer));
                })
                .optional();
    }

    /**
     * Records the first answer to a key.
     *
     * @param person whom the answer is about, so that it can be redacted; null for nobody
     */
    public void record(Key key, Recorded answer, @Nullable UUID person, Instant now) {
        jdbc.sql("insert into idempotency_answers"
                        + " (credential, route, key, fingerprint, status, etag, answer, person_id, created_at) values"
                        + " (:credential, :route, :key, :fingerprint, :status, :etag, :answer, :person, :now)"
                        + " on conflict (credential, route, key) do update set fingerprint = excluded.fingerprint,"
                        + " status = excluded.status, etag = excluded.etag, answer = excluded.answer,"
                        + " person_id = excluded.person_id,"
                        + " created_at = excluded.created_at")
                .param("credential", key.credential())
                .param("route", key.route())
                .param("key", key.key())
                .param("fingerprint", answer.fingerprint())
                .param("status", answer.status())
                .param("etag", answer.etag())
                .param("answer", master.seal(PURPOSE, answer.body()))
                .param("person", person)
                .param("now", Timestamp.from(now))
                .update();
    }

    /** Forgets answers that are older than they are kept; returns how many. */
    public int forgetOld(Instant now) {
        return jdbc.sql("delete from idempotency_answers where created_at <= :before")
                .param("before", Timestamp.from(now.minus(KEPT)))
                .update();
    }
}
