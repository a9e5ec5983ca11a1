package io.tillstream.embedded.documents;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractSynchronizedMongoCollection;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.BsonConstants;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tillstream.embedded.documents.Filter.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * Documents by id, as BSON: a reader has a copy of its own, and a page of many is read without parsing them. Queries by id
 * and those that a {@link Plan} answers don't scan.
 */
final class DocumentCollection extends AbstractSynchronizedMongoCollection<Object> {
    static final MVMap.Builder<Object, byte[]> MAP =
            new MVMap.Builder<Object, byte[]>().valueType(ByteArrayDataType.INSTANCE);
    private static final String ID = "_id";
    /** A query that reads in order of an index gives up after this part of all documents: few match, and a scan is quicker. */
    private static final int PATIENCE = 8;

    private final MVMap<Object, byte[]> documents;

    DocumentCollection(
            MongoDatabase database,
            String name,
            CollectionOptions options,
            CursorRegistry cursors,
            MVMap<Object, byte[]> documents) {
        super(database, name, options, cursors);
        this.documents = documents;
    }

    @Override
    protected QueryResult queryDocuments(
            Document query,
            @Nullable Document sort,
            int skip,
            int limit,
            int batchSize,
            @Nullable Document projection) {
        if (ID.equals(getIdField()) && !isNatural(sort)) {
            Filter filter = Filter.of(query);
            Found found = byId(filter);
            if (found == null) found = byIndex(filter, sort, limit > 0 ? Math.addExact(Math.max(0, skip), limit) : 0);
            if (found != null)
                return matchDocumentsFromStream(
                        found.residual(),
                        found.documents(),
                        skip,
                        limit,
                        batchSize,
                        found.sorted() ? null : deriveComparator(sort),
                        projection);
        }
        return super.queryDocuments(query, sort, skip, limit, batchSize, projection);
    }

    /** Documents, in the wanted order or by id, that may match a query, and what of it isn't known to hold. */
    private record Found(Stream<Document> documents, boolean sorted, Document residual) {}

    private @Nullable Found byId(Filter filter) {
        Condition ids = ids(filter);
        if (ids == null) return null;
        return new Found(
                ids.spans().stream()
                        .map(id -> documents.get(OrderedBytes.textAt(id.from(), 0)))
                        .flatMap(Stream::ofNullable)
                        .map(DocumentCollection::decode),
                false,
                filter.without(ids));
    }

    /** The condition that names the ids of all that can match; texts only, as a number's type is part of where it lies. */
    private static @Nullable Condition ids(Filter filter) {
        for (Condition condition : filter.conditions()) {
            if (condition.field().equals(ID)
                    && condition.exact()
                    && condition.spans().stream().allMatch(OrderedBytes::isText)) return condition;
        }
        return null;
    }

    private @Nullable Found byIndex(Filter filter, @Nullable Document sort, int wanted) {
        Plan plan = plan(filter, sort, wanted);
        if (plan == null) return null;
        if (!plan.sorted() || wanted == 0 || plan.residual().isEmpty())
            return new Found(plan.ids().map(this::known), plan.sorted(), plan.residual());
        List<Document> matching = new ArrayList<>();
        long patience = Math.max(wanted, documents.sizeAsLong() / PATIENCE);
        for (Iterator<String> ids = plan.ids().iterator(); matching.size() < wanted && ids.hasNext(); patience--) {
            if (patience == 0) return null;
            Document document = known(ids.next());
            if (documentMatchesQuery(document, plan.residual())) matching.add(document);
        }
        return new Found(matching.stream(), true, new Document());
    }

    /** How indexes answer a query for so many documents (0: all), or null when a scan does. */
    @Nullable
    Plan plan(Filter filter, @Nullable Document sort, int wanted) {
        return Plan.cheapest(orderedIndexes(), filter, sort, wanted, documents.sizeAsLong());
    }

    private Document known(String id) {
        byte[] document = documents.get(id);
        if (document == null)
            throw new IllegalStateException("An index of " + this + " knows a document that isn't there");
        return decode(document);
    }

    private List<OrderedIndex> orderedIndexes() {
        List<OrderedIndex> ordered = new ArrayList<>();
        for (Index<Object> index : getIndexes()) if (index instanceof OrderedIndex one) ordered.add(one);
        return ordered;
    }

    private static boolean isNatural(@Nullable Document sort) {
        return sort != null && sort.containsKey("$natural");
    }

    @Override
    public synchronized int count(@Nullable Document query, int skip, int limit) {
        Long matching = query == null || query.isEmpty() || !ID.equals(getIdField()) ? null : count(Filter.of(query));
        if (matching == null) return super.count(query, skip, limit);
        int count = Math.max(0, Math.toIntExact(matching) - Math.max(0, skip));
        return limit > 0 ? Math.min(limit, count) : count;
    }

    private @Nullable Long count(Filter filter) {
        return ids(filter) != null ? null : Plan.count(orderedIndexes(), filter);
    }

    @Override
    public int count() {
        return documents.size();
    }

    @Override
    public boolean isEmpty() {
        return documents.isEmpty();
    }

    /** Fills an index that doesn't hold this collection's documents, say because it is new, before it is used. */
    @Override
    public synchronized void addIndex(Index<Object> index) {
        if (index instanceof OrderedIndex ordered
                && getIndexes().stream().noneMatch(one -> one.getName().equals(index.getName()))
                && !ordered.holds(documents.sizeAsLong())) {
            ordered.clear();
            streamAllDocumentsWithPosition().forEach(one -> ordered.add(one.getDocument(), one.getPosition(), this));
        }
        super.addIndex(index);
    }

    @Override
    public synchronized void dropIndex(String name) {
        super.dropIndex(name);
    }

    @Override
    protected Object addDocumentInternal(Document document) {
        String idField = getIdField();
        Object id = idField == null ? UUID.randomUUID() : Utils.getSubdocumentValue(document, idField);
        if (documents.putIfAbsent(Missing.ofNullable(id), encode(document)) != null)
            throw new IllegalStateException("A document with id " + id + " is already in " + this);
        return id;
    }

    @Override
    protected void handleUpdate(Object position, Document oldDocument, Document newDocument) {
        documents.put(Missing.ofNullable(position), encode(newDocument));
    }

    @Override
    protected void removeDocument(Object position) {
        if (documents.remove(position) == null) throw new NoSuchElementException("No document with id " + position);
    }

    @Override
    protected Document getDocument(Object position) {
        byte[] document = documents.get(position);
        if (document == null) throw new NoSuchElementException("No document with id " + position);
        return decode(document);
    }

    @Override
    protected Stream<DocumentWithPosition<Object>> streamAllDocumentsWithPosition() {
        return documents.entrySet().stream()
                .map(entry -> new DocumentWithPosition<>(decode(entry.getValue()), entry.getKey()));
    }

    @Override
    protected QueryResult matchDocuments(
            Document query,
            @Nullable Document sort,
            int skip,
            int limit,
            int batchSize,
            @Nullable Document projection) {
        Stream<DocumentWithPosition<Object>> all = streamAllDocumentsWithPosition();
        if (isNaturalDescending(sort))
            all = all.sorted((one, other) -> ValueComparator.desc().compare(one.getPosition(), other.getPosition()));
        return matchDocumentsFromStream(
                all.map(DocumentWithPosition::getDocument), query, sort, skip, limit, batchSize, projection);
    }

    /** Summed up when asked, so that no write has to keep it. */
    @Override
    protected int getDataSize() {
        long size = documents.values().stream()
                .mapToLong(document -> document.length)
                .sum();
        return (int) Math.min(Integer.MAX_VALUE, size);
    }

    @Override
    protected boolean tracksDataSize() {
        return false;
    }

    @Override
    protected void updateDataSize(int delta) {
        throw new UnsupportedOperationException();
    }

    private static byte[] encode(Document document) {
        ByteBuf buffer = Unpooled.buffer(1024);
        BsonEncoder.encodeDocument(document, buffer);
        if (buffer.writerIndex() > BsonConstants.MAX_BSON_OBJECT_SIZE)
            throw new MongoServerError(10334, "BSONObjectTooLarge", "The document is larger than 16 MB");
        return Arrays.copyOf(buffer.array(), buffer.writerIndex());
    }

    private static Document decode(byte[] document) {
        return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(document));
    }
}
