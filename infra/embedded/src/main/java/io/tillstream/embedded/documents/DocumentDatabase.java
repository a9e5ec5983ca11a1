package io.tillstream.embedded.documents;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.oplog.Oplog;
import io.netty.channel.Channel;
import java.util.List;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/** One database of the store. Documents and indexes have maps of their own in it. */
final class DocumentDatabase extends H2Database {
    private final MVStore store;

    // The field first: the superclass's constructor opens the collections.
    DocumentDatabase(String name, MVStore store, CursorRegistry cursors) {
        this.store = store;
        super(name, store, cursors);
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
        return new DocumentCollection(this, name, options, cursorRegistry, documents(name));
    }

    private MVMap<Object, byte[]> documents(String collection) {
        return store.openMap("databases." + getFullCollectionNamespace(collection), DocumentCollection.MAP);
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(
            String collection, String name, List<IndexKey> keys, boolean sparse) {
        if (keys.size() != 1 || !keys.getFirst().getKey().equals("_id"))
            return super.openOrCreateUniqueIndex(collection, name, keys, sparse);
        return new IdIndex(name, keys, sparse, documents(collection), store.openMap(indexMap(collection, name)));
    }

    @Override
    protected Index<Object> openOrCreateSecondaryIndex(
            String collection, String name, List<IndexKey> keys, boolean sparse) {
        return new OrderedIndex(name, keys, store.openMap(indexMap(collection, name), OrderedIndex.MAP));
    }

    /** As the superclass calls it, which removes it with its index. */
    private String indexMap(String collection, String index) {
        return getFullCollectionNamespace(collection) + "._index_" + index;
    }

    @Override
    public Document handleCommand(
            Channel channel, String command, Document query, DatabaseResolver databases, Oplog oplog) {
        Document counted = command.equalsIgnoreCase("aggregate") ? count(command, query) : null;
        return counted != null ? counted : super.handleCommand(channel, command, query, databases, oplog);
    }

    /** Drivers count by grouping all that matches; null when it isn't that. */
    private @Nullable Document count(String command, Document query) {
        if (!(query.get(command) instanceof String name) || !(query.get("pipeline") instanceof List<?> stages))
            return null;
        if (stages.size() != 2
                || !(stages.getFirst() instanceof Document first)
                || !(stages.getLast() instanceof Document last)
                || first.size() != 1
                || last.size() != 1
                || !(first.get("$match") instanceof Document match)
                || !(last.get("$group") instanceof Document group)
                || group.size() != 2
                || !group.containsKey("_id")
                || group.get("_id") instanceof Document
                || group.get("_id") instanceof String) return null;
        String sum = group.keySet().stream()
                .filter(key -> !key.equals("_id"))
                .findFirst()
                .orElseThrow();
        if (!(group.get(sum) instanceof Document one) || !one.equals(new Document("$sum", 1))) return null;
        MongoCollection<Object> collection = resolveCollection(name, false);
        int count = collection == null ? 0 : collection.count(match, 0, 0);
        List<Document> groups =
                count == 0 ? List.of() : List.of(new Document("_id", group.get("_id")).append(sum, count));
        return new Document(
                        "cursor",
                        new Document("id", 0L)
                                .append("ns", getFullCollectionNamespace(name))
                                .append("firstBatch", groups))
                .append("ok", 1.0);
    }

    /** H2's collections lose their documents by it at the next start. */
    @Override
    public void moveCollection(MongoDatabase old, MongoCollection<?> collection, String name) {
        throw new MongoServerException("The embedded store doesn't rename collections");
    }
}
