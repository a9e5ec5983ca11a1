package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How deliveries are read from PostgreSQL, and lists of values written to it. */
final class Rows {
    static final String COLUMNS =
            "select d.id, d.endpoint_id, d.mode, d.number, d.message_id, d.event, d.person_id, d.body, d.status,"
                    + " d.attempt_count, d.attempts_made, d.max_attempts, d.next_attempt_at, d.http_status,"
                    + " d.error_message, d.response_body, d.duration_ms, d.failed_at, d.created_at, d.replay_id"
                    + " from deliveries d";

    private Rows() {}

    static Delivery delivery(ResultSet rs) throws SQLException {
        return new Delivery(
                requireNonNull(rs.getObject("id", UUID.class)),
                requireNonNull(rs.getObject("endpoint_id", UUID.class)),
                requireNonNull(rs.getString("mode")),
                rs.getObject("number", Long.class),
                requireNonNull(rs.getString("message_id")),
                requireNonNull(rs.getString("event")),
                rs.getObject("person_id", UUID.class),
                requireNonNull(rs.getString("body")),
                Status.of(requireNonNull(rs.getString("status"))),
                rs.getInt("attempt_count"),
                rs.getInt("attempts_made"),
                rs.getInt("max_attempts"),
                instant(rs, "next_attempt_at"),
                integer(rs, "http_status"),
                rs.getString("error_message"),
                rs.getString("response_body"),
                rs.getObject("duration_ms", Long.class),
                instant(rs, "failed_at"),
                requireNonNull(instant(rs, "created_at")),
                rs.getObject("replay_id", UUID.class));
    }

    static @Nullable Integer integer(ResultSet rs, String column) throws SQLException {
        return rs.getObject(column, Integer.class);
    }

    static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        Timestamp time = rs.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    static @Nullable Timestamp time(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }

    static @Nullable UUID[] uuids(List<Delivery> deliveries, Function<Delivery, @Nullable UUID> uuid) {
        return deliveries.stream().map(uuid).toArray(UUID[]::new);
    }

    static <T> @Nullable String[] texts(List<T> all, Function<T, @Nullable String> text) {
        return all.stream().map(text).toArray(String[]::new);
    }

    /** As PostgreSQL reads them. */
    static <T> @Nullable String[] times(List<T> all, Function<T, @Nullable Instant> time) {
        return texts(all, one -> {
            Instant at = time.apply(one);
            return at == null ? null : at.toString();
        });
    }
}
