package io.tillstream.query.platform;

import io.tillstream.events.envelope.Envelope;
import io.tillstream.store.EventLog;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Turns events into documents. Knows no collection and no position: the {@link Feed} sees to it that each event reaches each
 * document once and in order.
 */
public interface Projection<S> {
    String name();

    /** Raised when documents change their shape or meaning; they are then built anew. */
    int version();

    /** Whether its documents belong to the shop as a whole and are seen in both modes. */
    default boolean shopWide() {
        return false;
    }

    /** What a document holds, written and read as stored JSON. */
    Class<S> stateType();

    /** The documents that an event of this aggregate may change. */
    Set<UUID> touches(Envelope event);

    /** The aggregates whose events make a document. */
    default Collection<UUID> aggregates(UUID document, EventLog events) {
        return Set.of(document);
    }

    /** The document after one more event; what it throws parks the document. */
    S after(@Nullable S before, Envelope event);

    /** The version that clients compare. */
    long sequence(S state);

    /** Whether it stays only as a tombstone. */
    boolean deleted(S state);

    /** The values that lists filter, sort and search by. None is null: what is missing gets a value that sorts last. */
    Document keys(S state);

    /** Beside {@code _id}; each led by {@code mode} and {@code deleted}, as every query is. */
    List<Bson> indexes();
}
