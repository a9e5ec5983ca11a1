package io.tillstream.http.history;

import io.tillstream.events.OmitNull;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.Unreadable;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a resource.
 *
 * @param id the event's own
 * @param position its place in the shop's history; numbers may be missing
 * @param aggregateType what it happened to
 * @param sequence its place in that aggregate's history, from 0 without gaps
 * @param type stable name of the event
 * @param actor {@code api_key:<id>}, {@code admin:<id>} or {@code system:<process>}
 * @param actorName the key's name or the admin's e-mail, null where there is none or it is unknown
 * @param requestId the HTTP request that caused it, or the process run
 * @param unreadable only where what happened can't be read
 * @param changes what a client saw change, by field: what isn't here stayed as it was. A person who was erased reads as
 *     {@code null}. Null where it isn't known: for an event that can't be read, and for those after it of the same aggregate
 */
public record HistoryEntry(
        UUID id,
        long position,
        String aggregateType,
        UUID aggregateId,
        long sequence,
        String type,
        Instant time,
        String actor,
        @Nullable String actorName,
        String requestId,
        @OmitNull @Nullable Boolean unreadable,
        @Nullable Map<String, Change> changes) {

    /** What every history's description says. */
    public static final String ABOUT =
            "Newest first unless `sort_order` is `asc`. Also of what has been deleted since. `changes` has the fields that"
                    + " clients saw change: all of them for a first event (`before` is null) and for a deletion (`after` is"
                    + " null). It is null, as it isn't known, for an event that can't be read (`unreadable` is true) and for"
                    + " those after it.";

    /**
     * The value of one field, before and after.
     *
     * @param before null where there was none
     * @param after null where there is none
     */
    public record Change(@Nullable Object before, @Nullable Object after) {}

    static HistoryEntry of(Envelope event, @Nullable String actorName, @Nullable Map<String, Change> changes) {
        return new HistoryEntry(
                UUID.fromString(event.id()),
                event.position(),
                event.aggregateType(),
                event.aggregateId(),
                event.sequence(),
                event.type(),
                event.time(),
                event.metadata().actor(),
                actorName,
                event.metadata().requestId(),
                event.event() instanceof Unreadable ? true : null,
                changes);
    }
}
