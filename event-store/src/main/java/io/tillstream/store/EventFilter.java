package io.tillstream.store;

import io.tillstream.events.Mode;
import io.tillstream.events.envelope.EventJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Which events somebody wants: of all that is said here. contract: audit.md
 *
 * @param modes none for every mode
 * @param types names, and {@code product.*} for all of an aggregate; none for every type
 * @param from RFC 3339 in UTC with milliseconds, inclusive
 * @param to the same, exclusive
 */
public record EventFilter(
        Set<Mode> modes,
        Set<String> types,
        @Nullable String aggregateType,
        @Nullable String aggregateId,
        @Nullable String actor,
        @Nullable String requestId,
        @Nullable String correlationId,
        @Nullable String from,
        @Nullable String to) {

    /** The names of the filters, as everybody spells them. */
    public static final List<String> NAMES =
            List.of("type", "aggregate_type", "aggregate_id", "actor", "request_id", "correlation_id", "from", "to");

    private static final int MAX_TYPES = 50;
    private static final Pattern TYPE = Pattern.compile("[a-z][a-z_]{0,63}\\.([a-z][a-z_]{0,63}|\\*)");
    private static final Pattern WORD = Pattern.compile("[a-z][a-z_]{0,63}");
    private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    private static final Pattern ID = Pattern.compile(UUID, Pattern.CASE_INSENSITIVE);
    private static final Pattern ACTOR =
            Pattern.compile("(api_key|admin|customer):" + UUID + "|(stripe|system):[!-~]{1,200}");
    private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}");
    private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,128}");
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    /** A filter that means nothing. */
    public static final class Malformed extends RuntimeException {
        private final String name;
        private final String phrase;

        private Malformed(String name, String phrase) {
            super("Invalid " + name + ": " + phrase, null, false, false);
            this.name = name;
            this.phrase = phrase;
        }

        /** The filter's. */
        public String name() {
            return name;
        }

        /** What is wrong with it, to go on after its name. */
        public String phrase() {
            return phrase;
        }
    }

    /** All there are. */
    public static EventFilter everything() {
        return of(Set.of(), name -> null);
    }

    /**
     * As somebody has written it; fails with {@link Malformed}.
     *
     * @param given the text of a filter by its name, null where it isn't given
     */
    public static EventFilter of(Set<Mode> modes, Function<String, @Nullable String> given) {
        String from = time("from", given.apply("from"));
        String to = time("to", given.apply("to"));
        if (from != null && to != null && to.compareTo(from) < 0) throw new Malformed("to", "must not be before from");
        String id = checked("aggregate_id", given.apply("aggregate_id"), ID, "must be a UUID");
        return new EventFilter(
                Set.copyOf(modes),
                types(given.apply("type")),
                checked("aggregate_type", given.apply("aggregate_type"), WORD, "must be a name such as product"),
                id == null ? null : id.toLowerCase(Locale.ROOT),
                checked(
                        "actor",
                        given.apply("actor"),
                        ACTOR,
                        "must be api_key:<id>, admin:<id>, customer:<id>, stripe:<event id> or system:<name>"),
                checked("request_id", given.apply("request_id"), VISIBLE, "must be 1 to 128 visible ASCII characters"),
                checked(
                        "correlation_id",
                        given.apply("correlation_id"),
                        VISIBLE,
                        "must be 1 to 128 visible ASCII characters"),
                from,
                to);
    }

    /** Whether it asks for what has some events only: one aggregate, one request, one cause. */
    boolean picksSome() {
        return aggregateId != null || requestId != null || correlationId != null;
    }

    /** Whether it asks for less than most of history. */
    boolean picksFew() {
        return picksSome() || actor != null || !types.isEmpty();
    }

    private static Set<String> types(@Nullable String given) {
        if (given == null) return Set.of();
        Set<String> types = new LinkedHashSet<>();
        for (String type : given.split(",", -1)) {
            if (!TYPE.matcher(type.strip()).matches())
                throw new Malformed("type", "must be names such as product.created or product.*, comma-separated");
            types.add(type.strip());
        }
        if (types.size() > MAX_TYPES) throw new Malformed("type", "must have at most " + MAX_TYPES + " names");
        types.removeIf(type -> !wild(type) && types.contains(aggregate(type) + ".*"));
        return Set.copyOf(types);
    }

    /** A position, 0 or above; fails with {@link Malformed}. Null where it isn't given. */
    public static @Nullable Long position(String name, @Nullable String given) {
        if (given == null) return null;
        if (!POSITION.matcher(given).matches()) throw new Malformed(name, "must be a position: a whole number from 0");
        return Long.valueOf(given);
    }

    /** Whether it asks for this event too: the same as {@link EventPages} finds. */
    public boolean matches(StoredEvent event) {
        return (types.isEmpty() || types.contains(event.type()) || types.contains(event.aggregateType() + ".*"))
                && (aggregateType == null || aggregateType.equals(event.aggregateType()))
                && (aggregateId == null || aggregateId.equals(event.aggregateId()))
                && (from == null || event.time().compareTo(from) >= 0)
                && (to == null || event.time().compareTo(to) < 0)
                && matches(EventJson.object(event.metadata()));
    }

    private boolean matches(JsonNode metadata) {
        return (modes.isEmpty() || modes.stream().anyMatch(mode -> is(metadata, "mode", mode.wire())))
                && (actor == null || is(metadata, "actor", actor))
                && (requestId == null || is(metadata, "request_id", requestId))
                && (correlationId == null || is(metadata, "correlation_id", correlationId));
    }

    private static boolean is(JsonNode metadata, String field, String value) {
        return metadata.path(field).asString("").equals(value);
    }

    static boolean wild(String type) {
        return type.endsWith(".*");
    }

    static String aggregate(String type) {
        return type.substring(0, type.indexOf('.'));
    }

    private static @Nullable String checked(String name, @Nullable String given, Pattern pattern, String phrase) {
        if (given != null && !pattern.matcher(given).matches()) throw new Malformed(name, phrase);
        return given;
    }

    /** In milliseconds, which is what events have; a finer instant is after the one that it cuts down to. */
    private static @Nullable String time(String name, @Nullable String given) {
        if (given == null) return null;
        try {
            Instant instant = given.length() > 40
                    ? Instant.MAX
                    : OffsetDateTime.parse(given).toInstant();
            Instant cut = instant.truncatedTo(ChronoUnit.MILLIS);
            Instant whole = cut.equals(instant) ? cut : cut.plusMillis(1);
            if (!whole.isBefore(FIRST) && !whole.isAfter(LAST)) return EventJson.TIMESTAMP.format(whole);
        } catch (DateTimeException e) {
            // answered below
        }
        throw new Malformed(name, "must be a timestamp of RFC 3339 such as 2026-03-06T09:29:43.378Z");
    }
}
