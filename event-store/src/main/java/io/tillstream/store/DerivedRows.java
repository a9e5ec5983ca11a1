package io.tillstream.store;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Mode;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.derived.Credential;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.derived.Reference;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Writes what the folds derive, as the difference between before and after, in the transaction that appends the events.
 * Inserts of all changes go before deletes, each in a fixed order, so that two writers meet in the same order.
 */
public final class DerivedRows {
    private static final String FOREIGN_KEY_VIOLATION = "23503";

    /** One aggregate's rows before and after the events of one transaction. */
    public record Change(UUID id, String aggregateType, Mode mode, Derived before, Derived after) {}

    /** Another aggregate of the mode holds the name already. */
    public static final class ClaimTaken extends RuntimeException {
        private final transient Claim claim;

        ClaimTaken(Claim claim) {
            super(claim.concept() + " is taken", null, false, false);
            this.claim = claim;
        }

        public Claim claim() {
            return claim;
        }
    }

    /** The target of a reference isn't alive in this mode, or is a person who is forgotten. */
    public static final class TargetGone extends RuntimeException {
        private final transient Reference reference;

        TargetGone(Reference reference) {
            super(reference.name() + " " + reference.target() + " is gone", null, false, false);
            this.reference = reference;
        }

        public Reference reference() {
            return reference;
        }
    }

    /** Others refer to the aggregate that was to go. */
    public static final class StillReferredTo extends RuntimeException {
        private final String aggregateType;
        private final UUID id;

        StillReferredTo(String aggregateType, UUID id) {
            super(aggregateType + " " + id + " is still referred to", null, false, false);
            this.aggregateType = aggregateType;
            this.id = id;
        }

        public String aggregateType() {
            return aggregateType;
        }

        public UUID id() {
            return id;
        }
    }

    private final JdbcClient jdbc;
    private final Sealing sealing;
    private final Forgetting forgetting;

    public DerivedRows(JdbcClient jdbc, Sealing sealing) {
        this.jdbc = jdbc;
        this.sealing = sealing;
        this.forgetting = new Forgetting(jdbc);
    }

    /** Who refers to an aggregate, by the reference's name, for a message. */
    public List<String> referrers(UUID target) {
        return jdbc.sql("select distinct name from aggregate_references where target = :target order by name")
                .param("target", target)
                .query((rs, n) -> requireNonNull(rs.getString("name")))
                .list();
    }

    /**
     * The living that refer to an aggregate by a name. Until the transaction ends it gets no further ones: who is about to
     * refer to it is waited for, or waits.
     */
    public List<UUID> livingReferrers(String name, UUID target, Mode mode) {
        jdbc.sql("select id from live_aggregates where id = :target and mode = :mode for update")
                .param("target", target)
                .param("mode", mode.wire())
                .query(UUID.class)
                .optional();
        return jdbc.sql("select source from aggregate_references r where name = :name and target = :target"
                        + " and exists (select from live_aggregates l where l.id = r.source and l.mode = r.mode)"
                        + " order by source")
                .param("name", name)
                .param("target", target)
                .query((rs, n) -> requireNonNull(rs.getObject("source", UUID.class)))
                .list();
    }

    /** Who holds a name. */
    public Optional<UUID> holder(Mode mode, Claim claim) {
        return jdbc.sql("select aggregate_id from claims where mode = :mode and concept = :concept and name = :name")
                .param("mode", mode.wire())
                .param("concept", claim.concept())
                .param("name", sealing.claimName(claim))
                .query(UUID.class)
                .optional();
    }

    /** Adds what is to be written; a part of it may have run afterwards. */
    public void write(Statements statements, Collection<Change> changes) {
        List<Change> ordered =
                changes.stream().sorted(Comparator.comparing(Change::id)).toList();
        ordered.stream()
                .filter(change -> change.after().alive() && !change.before().alive())
                .forEach(change -> bringToLife(statements, change));
        each(statements, ordered, change -> added(change, Derived::claims), CLAIMS, this::claim);
        each(statements, ordered, change -> added(change, Derived::references), REFERENCES, DerivedRows::refer);
        ordered.forEach(change -> writeDue(statements, change));
        ordered.forEach(change -> writeCredential(statements, change));
        each(statements, ordered, change -> removed(change, Derived::references), REFERENCES, DerivedRows::unrefer);
        each(statements, ordered, change -> removed(change, Derived::claims), CLAIMS, this::release);
        ordered.stream()
                .filter(change -> change.before().alive() && !change.after().alive())
                .forEach(change -> bury(statements, change));
        ordered.stream()
                .filter(change -> change.after().erased() && !change.before().erased())
                .forEach(change -> {
                    statements.run();
                    forgetting.forget(change.id(), change.mode());
                });
    }

    private static final Comparator<Claim> CLAIMS =
            Comparator.comparing(Claim::concept).thenComparing(Claim::name);
    private static final Comparator<Reference> REFERENCES =
            Comparator.comparing(Reference::target).thenComparing(Reference::name);

    private interface Row<T> {
        void write(Statements statements, Change change, T row);
    }

    private static <T> void each(
            Statements statements,
            List<Change> changes,
            Function<Change, Collection<T>> rows,
            Comparator<T> order,
            Row<T> write) {
        for (Change change : changes) {
            rows.apply(change).stream().sorted(order).forEach(row -> write.write(statements, change, row));
        }
    }

    private static <T> List<T> added(Change change, Function<Derived, Set<T>> rows) {
        Set<T> before = rows.apply(change.before());
        return rows.apply(change.after()).stream()
                .filter(row -> !before.contains(row))
                .toList();
    }

    private static <T> List<T> removed(Change change, Function<Derived, Set<T>> rows) {
        Set<T> after = rows.apply(change.after());
        return rows.apply(change.before()).stream()
                .filter(row -> !after.contains(row))
                .toList();
    }

    private static void bringToLife(Statements statements, Change change) {
        statements.change(
                "insert into live_aggregates (id, mode, aggregate_type) values (?, ?, ?)",
                change.id(),
                change.mode().wire(),
                change.aggregateType());
    }

    // Alone, so that it is known who is still referred to.
    private static void bury(Statements statements, Change change) {
        statements.run();
        statements.change(
                "delete from live_aggregates where id = ? and mode = ?",
                change.id(),
                change.mode().wire());
        try {
            statements.run();
        } catch (DataIntegrityViolationException e) {
            throw foreignKey(e) ? new StillReferredTo(change.aggregateType(), change.id()) : e;
        }
    }

    // A conflicting insert of a transaction that still runs is waited for, so that of two racers one always loses.
    private void claim(Statements statements, Change change, Claim claim) {
        statements.require(
                "insert into claims (mode, concept, name, aggregate_id) values (?, ?, ?, ?) on conflict do nothing",
                () -> new ClaimTaken(claim),
                change.mode().wire(),
                claim.concept(),
                sealing.claimName(claim),
                change.id());
    }

    private void release(Statements statements, Change change, Claim claim) {
        statements.change(
                "delete from claims where mode = ? and concept = ? and name = ? and aggregate_id = ?",
                change.mode().wire(),
                claim.concept(),
                sealing.claimName(claim),
                change.id());
    }

    // The key of a target that somebody is burying or closing is waited for, and what he left decides.
    private static void refer(Statements statements, Change change, Reference reference) {
        statements.require(
                "insert into aggregate_references (source, name, target, mode)"
                        + " select ?::uuid, ?::text, id, mode from live_aggregates"
                        + " where id = ? and mode = ? and not erased for key share",
                () -> new TargetGone(reference),
                change.id(),
                reference.name(),
                reference.target(),
                change.mode().wire());
    }

    private static void unrefer(Statements statements, Change change, Reference reference) {
        statements.change(
                "delete from aggregate_references where source = ? and name = ? and target = ?",
                change.id(),
                reference.name(),
                reference.target());
    }

    private static void writeDue(Statements statements, Change change) {
        Instant due = change.after().due();
        if (Objects.equals(due, change.before().due())) return;
        if (due == null) {
            statements.change("delete from due_times where aggregate_id = ?", change.id());
            return;
        }
        statements.change(
                "insert into due_times (aggregate_id, aggregate_type, mode, due_at) values (?, ?, ?, ?)"
                        + " on conflict (aggregate_id) do update set due_at = excluded.due_at",
                change.id(),
                change.aggregateType(),
                change.mode().wire(),
                Timestamp.from(due));
    }

    private static void writeCredential(Statements statements, Change change) {
        Credential credential = change.after().credential();
        if (Objects.equals(credential, change.before().credential())) return;
        if (credential == null) throw new IllegalStateException("A credential is deactivated, never removed");
        statements.change(
                "insert into credentials"
                        + " (id, hash, name, mode, scopes, limit_per_minute, active, expires_at, changed) values"
                        + " (?, ?, ?, ?, ?, ?, ?, ?, pg_current_xact_id())"
                        + " on conflict (id) do update set name = excluded.name, scopes = excluded.scopes,"
                        + " limit_per_minute = excluded.limit_per_minute, active = excluded.active,"
                        + " expires_at = excluded.expires_at, changed = excluded.changed",
                change.id(),
                credential.hash(),
                credential.name(),
                credential.mode().wire(),
                credential.scopes().stream().sorted().toArray(String[]::new),
                credential.limitPerMinute(),
                credential.active(),
                timestamp(credential.expiresAt()));
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }

    private static boolean foreignKey(DataIntegrityViolationException e) {
        return e.getMostSpecificCause() instanceof SQLException sql && FOREIGN_KEY_VIOLATION.equals(sql.getSQLState());
    }
}
