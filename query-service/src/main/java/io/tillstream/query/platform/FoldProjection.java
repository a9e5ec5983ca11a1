package io.tillstream.query.platform;

import static com.mongodb.client.model.Indexes.ascending;

import io.tillstream.events.Concept;
import io.tillstream.events.State;
import io.tillstream.http.history.ConceptFolding;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bson.Document;
import org.bson.conversions.Bson;

/** A document per aggregate, holding the fold itself. */
public final class FoldProjection<S extends State> implements Projection<S>, ConceptFolding<S> {
    private final Concept<S, ?> concept;
    private final int keysVersion;
    private final Function<S, Document> keys;
    private final boolean shopWide;
    private final List<Bson> indexes;

    /**
     * Stores the fold of one concept.
     *
     * @param keysVersion raised when {@code keys} change; the fold's own revision counts too
     * @param indexed the keys that lists sort or filter by
     */
    public FoldProjection(Concept<S, ?> concept, int keysVersion, Function<S, Document> keys, String... indexed) {
        this(concept, keysVersion, false, keys, indexed);
    }

    private FoldProjection(
            Concept<S, ?> concept, int keysVersion, boolean shopWide, Function<S, Document> keys, String... indexed) {
        this.concept = concept;
        this.shopWide = shopWide;
        this.keysVersion = keysVersion;
        this.keys = keys;
        this.indexes = Arrays.stream(indexed).map(FoldProjection::index).toList();
    }

    /** As the constructor, for a concept whose aggregates belong to no mode. */
    public static <S extends State> FoldProjection<S> ofShop(
            Concept<S, ?> concept, int keysVersion, Function<S, Document> keys, String... indexed) {
        return new FoldProjection<>(concept, keysVersion, true, keys, indexed);
    }

    /** The index that a list sorted or filtered by one key needs. */
    public static Bson index(String key) {
        return ascending("mode", "deleted", key, "_id");
    }

    @Override
    public Concept<S, ?> concept() {
        return concept;
    }

    // Both only ever rise, so that no two pairs in a row have the same sum.
    @Override
    public int version() {
        return concept.stateRevision() + keysVersion - 1;
    }

    @Override
    public boolean shopWide() {
        return shopWide;
    }

    @Override
    public Class<S> stateType() {
        return concept.stateType();
    }

    @Override
    public Document keys(S state) {
        return keys.apply(state);
    }

    @Override
    public List<Bson> indexes() {
        return indexes;
    }
}
