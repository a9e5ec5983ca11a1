package io.tillstream.query.platform;

import io.tillstream.http.history.Folding;
import java.util.List;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Turns events into documents; what its folding throws parks a document. Knows no collection and no position: the {@link Feed} sees to it that each event reaches each
 * document once and in order.
 */
public interface Projection<S> extends Folding<S> {
    /** Raised when documents change their shape or meaning; they are then built anew. */
    int version();

    /** What a document holds, written and read as stored JSON. */
    Class<S> stateType();

    /** The values that lists filter, sort and search by. None is null: what is missing gets a value that sorts last. */
    Document keys(S state);

    /** Beside {@code _id}; each led by {@code mode} and {@code deleted}, as every query is. */
    List<Bson> indexes();
}
