package io.tillstream.embedded.documents;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers MongoDB's commands from one store. It writes to the file between commands only, never within one, so that what a
 * crash leaves behind is the state after some command, at most a second old: documents and indexes of it agree.
 */
public final class DocumentBackend extends H2Backend {
    private static final Logger log = LoggerFactory.getLogger(DocumentBackend.class);
    /** What the file has in it; raised when older ones can't be read. */
    private static final int FORMAT = 1;

    private static final int COMMIT_MILLIS = 1000;
    private static final int MAX_UNSAVED_BYTES = 4 << 20;
    /** Files that hold less than this percentage of live data are compacted, a piece at a time. */
    private static final int FILL = 60;

    private static final int COMPACTED_BYTES = 2 << 20;
    private static final Set<String> REMOVING = Set.of("drop", "dropdatabase", "dropindexes", "deleteindexes");
    private static final Set<String> READING = Set.of(
            "find",
            "count",
            "distinct",
            "getmore",
            "killcursors",
            "ismaster",
            "hello",
            "ping",
            "buildinfo",
            "listcollections",
            "listindexes",
            "listdatabases",
            "collstats",
            "dbstats",
            "serverstatus",
            "endsessions",
            "whatsmyuri");

    /** Writing commands share it; whoever writes to the file has it alone. */
    private final ReadWriteLock commands = new ReentrantReadWriteLock();

    private final ScheduledExecutorService committing = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("documents-commit").factory());

    /** On a store that {@link #canRead}. */
    public DocumentBackend(MVStore store) {
        super(store);
        version(Version.WIRE_9);
        var _ = committing.scheduleWithFixedDelay(this::tend, COMMIT_MILLIS, COMMIT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** How its store is opened: it decides itself when to write. */
    public static MVStore.Builder store() {
        return new MVStore.Builder().autoCommitDisabled().autoCommitBufferSize(0);
    }

    /** Whether this store's documents are of a kind that can be read; a new one's are. */
    public static boolean canRead(MVStore store) {
        if (store.getMapNames().isEmpty()) store.setStoreVersion(FORMAT);
        return store.getStoreVersion() == FORMAT;
    }

    /** The newest that the protocol's commands here suffice for: clients stop talking to older ones. */
    private enum Version implements MongoVersion {
        WIRE_9;

        @Override
        public List<Integer> getVersionArray() {
            return List.of(4, 4, 0);
        }

        @Override
        public int getWireVersion() {
            return 9;
        }
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        return new DocumentDatabase(name, getMvStore(), getCursorRegistry());
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        if (command.equals("hello"))
            return handleCommand(channel, database, "ismaster", query).append("isWritablePrimary", true);
        if (onlyReads(command, query)) return super.handleCommand(channel, database, command, query);
        // What makes a collection while it is removed would go on with a map that is closed, for ever.
        Lock lock = REMOVING.contains(command.toLowerCase(Locale.ROOT)) ? commands.writeLock() : commands.readLock();
        lock.lock();
        try {
            return super.handleCommand(channel, database, command, query);
        } finally {
            lock.unlock();
            if (asksForJournal(query) || getMvStore().getUnsavedMemory() > MAX_UNSAVED_BYTES) save();
        }
    }

    /** Whether it is answered once a crash of this process can't lose it (the write concern {@code j}). */
    private static boolean asksForJournal(Document query) {
        return query.get("writeConcern") instanceof Document concern && Boolean.TRUE.equals(concern.get("j"));
    }

    private static boolean onlyReads(String command, Document query) {
        if (!command.equalsIgnoreCase("aggregate")) return READING.contains(command.toLowerCase(Locale.ROOT));
        return !(query.get("pipeline") instanceof List<?> stages)
                || stages.isEmpty()
                || !(stages.getLast() instanceof Document last)
                || !(last.containsKey("$out") || last.containsKey("$merge"));
    }

    private void save() {
        commands.writeLock().lock();
        try {
            getMvStore().commit();
        } finally {
            commands.writeLock().unlock();
        }
    }

    private void tend() {
        try {
            save();
            getMvStore().compact(FILL, COMPACTED_BYTES);
        } catch (RuntimeException e) {
            // Thrown on, it would be the last time that this runs. A store that can't write has told its own handler
            // and is closed.
            if (!getMvStore().isClosed()) log.warn("The document store couldn't be tended", e);
        }
    }

    @Override
    public void close() {
        committing.close(); // waits: an interrupt would close the file under a write
        super.close();
    }
}
