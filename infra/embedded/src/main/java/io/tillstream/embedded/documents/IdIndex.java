package io.tillstream.embedded.documents;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.DuplicateKeyError;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/**
 * Where documents lie, by id. A text is its own position, so only other ids have entries of their own (1 and 1.0 are the
 * same id, but not the same position).
 */
final class IdIndex extends AbstractUniqueIndex<Object> {
    private static final String ID = "_id";

    private final MVMap<Object, byte[]> documents;
    private final MVMap<KeyValue, Object> others;

    IdIndex(
            String name,
            List<IndexKey> keys,
            boolean sparse,
            MVMap<Object, byte[]> documents,
            MVMap<KeyValue, Object> others) {
        super(name, keys, sparse);
        this.documents = documents;
        this.others = others;
    }

    @Override
    public synchronized void checkAdd(Document document, MongoCollection<Object> collection) {
        if (!(document.get(ID) instanceof String id)) super.checkAdd(document, collection);
        else if (documents.containsKey(id)) throw new DuplicateKeyError(this, collection, getKeys(), new KeyValue(id));
    }

    @Override
    public synchronized void add(Document document, Object position, MongoCollection<Object> collection) {
        if (!(position instanceof String)) super.add(document, position, collection);
    }

    @Override
    public synchronized @Nullable Object remove(Document document) {
        return document.get(ID) instanceof String ? getPosition(document) : super.remove(document);
    }

    @Override
    public @Nullable Object getPosition(Document document) {
        if (!(document.get(ID) instanceof String id)) return super.getPosition(document);
        return documents.containsKey(id) ? id : null;
    }

    // An id never changes.

    @Override
    public synchronized void checkUpdate(
            Document oldDocument, Document newDocument, MongoCollection<Object> collection) {}

    @Override
    public void updateInPlace(
            Document oldDocument, Document newDocument, Object position, MongoCollection<Object> collection) {}

    @Override
    protected @Nullable Object getPosition(KeyValue key) {
        if (!(key.get(0) instanceof String id)) return others.get(key);
        return documents.containsKey(id) ? id : null;
    }

    @Override
    protected boolean putKeyPosition(KeyValue key, Object position) {
        return others.putIfAbsent(key, Missing.ofNullable(position)) == null;
    }

    @Override
    protected @Nullable Object removeDocument(KeyValue key) {
        return others.remove(key);
    }

    @Override
    protected Iterable<Map.Entry<KeyValue, Object>> getIterable() {
        Stream<Map.Entry<KeyValue, Object>> texts =
                documents.keySet().stream().filter(String.class::isInstance).map(id -> Map.entry(new KeyValue(id), id));
        return Stream.concat(texts, others.entrySet().stream()).toList();
    }

    @Override
    public long getCount() {
        return documents.sizeAsLong();
    }

    @Override
    public long getDataSize() {
        return getCount();
    }
}
