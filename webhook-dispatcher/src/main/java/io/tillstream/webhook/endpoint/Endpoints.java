package io.tillstream.webhook.endpoint;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.Mode;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.DeliveryRate;
import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookDetails;
import io.tillstream.http.access.Caller;
import io.tillstream.http.history.ConceptFolding;
import io.tillstream.http.history.Folding;
import io.tillstream.http.history.Source;
import io.tillstream.http.list.ListQuery;
import io.tillstream.store.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of endpoints. */
public final class Endpoints implements Source<Webhook> {
    private static final String SELECT = "select id, mode, state, position, last_number from endpoints";

    private static final String ALL = SELECT + " where not deleted";

    private static final ConceptFolding<Webhook> FOLDING = () -> Webhook.CONCEPT;

    private final JdbcClient jdbc;

    public Endpoints(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** An endpoint after the event at a position, and the number of the last delivery that it is due. */
    public record Endpoint(Webhook webhook, Mode mode, long position, long lastNumber) {
        public Endpoint numbered(long number) {
            return new Endpoint(webhook, mode, position, number);
        }

        public Endpoint after(Webhook next, long at) {
            return new Endpoint(next, mode, at, lastNumber);
        }
    }

    @Override
    public Folding<Webhook> folding() {
        return FOLDING;
    }

    @Override
    public Optional<Current<Webhook>> find(Caller caller, UUID id) {
        return find(id, caller.mode()).map(found -> new Current<>(found.webhook(), false));
    }

    @Override
    public Map<UUID, Webhook> findAll(Caller caller, Collection<UUID> ids) {
        Map<UUID, Webhook> found = new LinkedHashMap<>();
        for (UUID id : ids) find(caller, id).ifPresent(current -> found.put(id, current.state()));
        return found;
    }

    /** All that aren't deleted. */
    public List<Endpoint> all() {
        return jdbc.sql(ALL).query((rs, n) -> endpoint(rs)).list();
    }

    /** As the other, when the statements are run. */
    public void all(Statements statements, Consumer<Endpoint> listener) {
        statements.query(ALL, rows -> {
            while (rows.next()) listener.accept(endpoint(rows));
        });
    }

    /** Those that aren't deleted, of a mode. */
    public Optional<Endpoint> find(UUID id, Mode mode) {
        return jdbc.sql(SELECT + " where id = :id and mode = :mode and not deleted")
                .param("id", id)
                .param("mode", mode.wire())
                .query((rs, n) -> endpoint(rs))
                .optional();
    }

    /** One that may be deleted. */
    public Optional<Endpoint> findAny(UUID id) {
        return jdbc.sql(SELECT + " where id = :id")
                .param("id", id)
                .query((rs, n) -> endpoint(rs))
                .optional();
    }

    /** Up to one more than the query's limit. Ids are in the order of creation; a mode has few enough to search through. */
    List<Endpoint> page(ListQuery query, Mode mode, @Nullable Boolean active) {
        UUID after = query.cursor() == null ? null : query.cursor().id();
        String compare = query.ascending() ? ">" : "<";
        String order = query.ascending() ? "asc" : "desc";
        return jdbc
                .sql(SELECT + " where mode = :mode and not deleted"
                        + (active == null ? "" : " and is_active = " + active)
                        + (after == null
                                ? ""
                                : " and (created_at, id) " + compare
                                        + " (select created_at, id from endpoints where id = :after)")
                        + " order by created_at " + order + ", id " + order
                        + (query.search() == null ? " limit :limit" : ""))
                .param("mode", mode.wire())
                .param("after", after)
                .param("limit", query.limit() + 1)
                .query((rs, n) -> endpoint(rs))
                .list()
                .stream()
                .filter(endpoint -> matches(endpoint.webhook().details(), query.search()))
                .limit(query.limit() + 1L)
                .toList();
    }

    private static boolean matches(WebhookDetails details, @Nullable String term) {
        if (term == null) return true;
        String wanted = term.toLowerCase(Locale.ROOT);
        return Stream.of(details.url(), Objects.requireNonNullElse(details.description(), ""))
                .anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(wanted));
    }

    /** Writes what became of one. */
    public void put(Endpoint endpoint) {
        Webhook webhook = endpoint.webhook();
        DeliveryRate rate = webhook.details().rateLimit();
        jdbc.sql("insert into endpoints (id, mode, state, is_active, deleted, position, last_number, created_at,"
                        + " spacing_us, strict_order) values (:id, :mode, :state, :active, :deleted, :position, :number,"
                        + " :created, :spacing, :inOrder)"
                        + " on conflict (id) do update set state = excluded.state, is_active = excluded.is_active,"
                        + " deleted = excluded.deleted, position = excluded.position,"
                        + " last_number = excluded.last_number, spacing_us = excluded.spacing_us,"
                        + " strict_order = excluded.strict_order")
                .param("id", webhook.id())
                .param("mode", endpoint.mode().wire())
                .param("state", EventJson.STORED.writeValueAsString(webhook))
                .param("active", webhook.isActive())
                .param("deleted", webhook.deleted())
                .param("position", endpoint.position())
                .param("number", endpoint.lastNumber())
                .param("created", Timestamp.from(webhook.createdAt()))
                .param("spacing", rate == null ? null : rate.spacing().toNanos() / 1_000, Types.BIGINT)
                .param("inOrder", webhook.details().inOrder())
                .update();
        jdbc.sql("insert into health (endpoint_id) values (:id) on conflict do nothing")
                .param("id", webhook.id())
                .update();
    }

    /** Writes how far the deliveries of some are numbered, when the statements are run. */
    public void number(Collection<Endpoint> endpoints, Statements statements) {
        if (endpoints.isEmpty()) return;
        statements.change(
                "update endpoints e set last_number = n.number"
                        + " from unnest(cast(? as uuid[]), cast(? as bigint[])) as n (id, number) where e.id = n.id",
                endpoints.stream().map(one -> one.webhook().id()).toArray(UUID[]::new),
                endpoints.stream().map(Endpoint::lastNumber).toArray(Long[]::new));
    }

    static Endpoint endpoint(ResultSet rs) throws SQLException {
        return new Endpoint(
                state(rs.getString("state")),
                Mode.of(requireNonNull(rs.getString("mode"))),
                rs.getLong("position"),
                rs.getLong("last_number"));
    }

    public static Webhook state(@Nullable String json) {
        return EventJson.STORED.readValue(requireNonNull(json), Webhook.class);
    }
}
