package io.tillstream.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

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

    /** Another request with the key is running. */
    public static final class KeyInUse extends RuntimeException {
        KeyInUse() {
            super("The key is in use", null, false, false);
        }
    }

    /** Something was answered to the key already. */
    public static final class AlreadyAnswered extends RuntimeException {
        AlreadyAnswered() {
            super("The key has an answer", null, false, false);
        }
    }

    private static final String PURPOSE = "answer";
    private static final String TAKE = "pg_try_advisory_xact_lock(hashtextextended(?, 0))";

    /** Not over an answer that is still kept. */
    private static final String RECORD = "insert into idempotency_answers"
            + " (credential, route, key, fingerprint, status, etag, answer, person_id, created_at) values"
            + " (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " on conflict (credential, route, key) do update set fingerprint = excluded.fingerprint,"
            + " status = excluded.status, etag = excluded.etag, answer = excluded.answer,"
            + " person_id = excluded.person_id,"
            + " created_at = excluded.created_at"
            + " where idempotency_answers.created_at <= ?";

    private final JdbcTemplate jdbc;
    private final MasterKey master;

    /** In a table of the schema that the connections look at. */
    public IdempotencyAnswers(JdbcTemplate jdbc, MasterKey master) {
        this.jdbc = jdbc;
        this.master = master;
    }

    /**
     * Takes the key for this transaction, without waiting, and looks up what was answered to it.
     *
     * @throws KeyInUse when another transaction has it
     * @throws AnswerForgotten when what was answered is no longer known
     */
    public Optional<Recorded> take(Key key, Instant now) {
        Statements statements = new Statements(jdbc);
        statements.query(
                "select " + TAKE,
                taken -> {
                    taken.next();
                    if (!taken.getBoolean(1)) throw new KeyInUse();
                },
                lock(key));
        // not in the same statement: what its snapshot doesn't show may have been committed when it gets the lock
        AtomicReference<@Nullable Recorded> found = new AtomicReference<>();
        statements.query(
                "select fingerprint, status, etag, answer from idempotency_answers"
                        + " where credential = ? and route = ? and key = ? and created_at > ?",
                rows -> {
                    if (rows.next()) found.set(recorded(rows));
                },
                key.credential(),
                key.route(),
                key.key(),
                time(now.minus(KEPT)));
        statements.run();
        return Optional.ofNullable(found.get());
    }

    private static String lock(Key key) {
        return key.credential() + " " + key.route() + " " + key.key();
    }

    // of a Timestamp the driver has to ask for the type, and then sends this by itself
    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    private Recorded recorded(ResultSet row) throws SQLException {
        byte[] answer = row.getBytes("answer");
        if (answer == null) throw new AnswerForgotten();
        return new Recorded(
                row.getString("fingerprint"),
                row.getInt("status"),
                row.getString("etag"),
                master.open(PURPOSE, answer));
    }

    /**
     * Records the first answer to a key that this transaction has taken.
     *
     * @param person whom the answer is about, so that it can be redacted; null for nobody
     */
    public void record(Key key, Recorded answer, @Nullable UUID person, Instant now) {
        Statements statements = new Statements(jdbc);
        statements.change(RECORD, parameters(key, answer, person, now));
        statements.run();
    }

    /**
     * Adds that a key is taken, without waiting, and that this is the first answer to it. Of the event store's schema only.
     * Running it throws {@link KeyInUse} when another transaction has it, and {@link AlreadyAnswered}.
     *
     * @param person whom the answer is about, so that it can be redacted; null for nobody
     */
    public void takeAndRecord(Statements statements, Key key, Recorded answer, @Nullable UUID person, Instant now) {
        statements.requireThat(TAKE, KeyInUse::new, lock(key));
        statements.require(RECORD, AlreadyAnswered::new, parameters(key, answer, person, now));
    }

    private @Nullable Object[] parameters(Key key, Recorded answer, @Nullable UUID person, Instant now) {
        return new @Nullable Object[] {
            key.credential(),
            key.route(),
            key.key(),
            answer.fingerprint(),
            answer.status(),
            answer.etag(),
            master.seal(PURPOSE, answer.body()),
            person,
            time(now),
            time(now.minus(KEPT))
        };
    }

    /** Forgets answers that are older than they are kept; returns how many. */
    public int forgetOld(Instant now) {
        return jdbc.update("delete from idempotency_answers where created_at <= ?", time(now.minus(KEPT)));
    }
}
