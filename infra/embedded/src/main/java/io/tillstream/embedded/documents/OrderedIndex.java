package io.tillstream.embedded.documents;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a collection's documents, ordered by some of their fields and then by id: one entry a document. A document
 * with a value that has no {@link OrderedBytes}, an array above all, leaves a mark instead, and while there are marks the
 * index answers nothing.
 *
 * <p>Declared directions don't matter: it can be read both ways.
 */
final class OrderedIndex extends Index<Object> {
    static final MVMap.Builder<byte[], Boolean> MAP = new MVMap.Builder<byte[], Boolean>()
            .keyType(ByteArrayDataType.INSTANCE)
            .valueType(Nothing.TYPE);
    private static final String ID = "_id";
    /** Ends every key, so that no key equals a bound made of values. */
    private static final int END = 0x01;

    private final MVMap<byte[], Boolean> map;
    private final List<String> fields;

    OrderedIndex(String name, List<IndexKey> keys, MVMap<byte[], Boolean> map) {
        super(name, keys, true); // sparse to the library: it may know no position
        this.map = map;
        List<String> declared = keys.stream().map(IndexKey::getKey).distinct().toList();
        int id = declared.indexOf(ID);
        this.fields = id < 0
                ? Stream.concat(declared.stream(), Stream.of(ID)).toList()
                : declared.subList(0, id + 1); // the id tells all documents apart
    }

    /** What the entries are ordered by; the last one is the id. */
    List<String> fields() {
        return fields;
    }

    boolean usable() {
        byte[] last = map.lastKey();
        return last == null || last[0] != (byte) OrderedBytes.ABOVE;
    }

    /** How many entries there are from one bound to another. */
    long count(Span span) {
        return Math.max(0, rank(span.to()) - rank(span.from()));
    }

    private long rank(byte[] bound) {
        return -(map.getKeyIndex(bound) + 1); // no key equals a bound
    }

    /** The ids of the entries from one bound to another. */
    Iterator<String> ids(Span span, boolean descending) {
        if (Arrays.compareUnsigned(span.from(), span.to()) >= 0)
            return List.<String>of().iterator();
        Cursor<byte[], Boolean> cursor =
                descending ? map.cursor(span.to(), span.from(), true) : map.cursor(span.from(), span.to(), false);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return cursor.hasNext();
            }

            @Override
            public String next() {
                return id(cursor.next());
            }
        };
    }

    private String id(byte[] key) {
        int at = 0;
        for (int field = 1; field < fields.size(); field++) at = OrderedBytes.skip(key, at);
        return OrderedBytes.textAt(key, at);
    }

    private byte[] key(Document document) {
        OrderedBytes key = new OrderedBytes();
        for (String field : fields) {
            Object value = Utils.getSubdocumentValueCollectionAware(document, field);
            if (!key.append(value) || (field.equals(ID) && !(value instanceof String))) return mark(document);
        }
        key.raw(END);
        return key.toArray();
    }

    private static byte[] mark(Document document) {
        ByteBuf mark = Unpooled.buffer();
        mark.writeByte(OrderedBytes.ABOVE);
        BsonEncoder.encodeDocument(new Document(ID, document.get(ID)), mark);
        return Arrays.copyOf(mark.array(), mark.writerIndex());
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> collection) {
        map.put(key(document), Boolean.TRUE);
    }

    @Override
    public @Nullable Object remove(Document document) {
        map.remove(key(document));
        return null;
    }

    @Override
    public void updateInPlace(
            Document oldDocument, Document newDocument, Object position, MongoCollection<Object> collection) {
        byte[] before = key(oldDocument);
        byte[] after = key(newDocument);
        if (Arrays.equals(before, after)) return;
        map.remove(before);
        map.put(after, Boolean.TRUE);
    }

    /** Whether it has as many entries as there are documents. */
    boolean holds(long documents) {
        return map.sizeAsLong() == documents;
    }

    void clear() {
        map.clear();
    }

    // What the library would use it for by itself: nothing. Never empty, so that it doesn't fill it either.

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public long getCount() {
        return map.sizeAsLong();
    }

    @Override
    public long getDataSize() {
        return getCount();
    }

    @Override
    public @Nullable Object getPosition(Document document) {
        return null;
    }

    @Override
    public boolean canHandle(Document query) {
        return false;
    }

    @Override
    public Iterable<Object> getPositions(Document query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> collection) {}

    @Override
    public void checkUpdate(Document oldDocument, Document newDocument, MongoCollection<Object> collection) {}

    @Override
    public void drop() {}
}
