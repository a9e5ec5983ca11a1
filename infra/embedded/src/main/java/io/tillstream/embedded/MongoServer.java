package io.tillstream.embedded;

import io.tillstream.embedded.documents.DocumentBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A store inside this JVM that speaks MongoDB's wire protocol, on one H2 file. It asks for no password: it listens on 127.0.0.1 only. */
public final class MongoServer implements EmbeddedServer {
    private static final Logger log = LoggerFactory.getLogger(MongoServer.class);

    private final Path file;
    private final int port;
    private @Nullable Running running;

    private record Running(de.bwaldvogel.mongo.MongoServer server, MVStore store, AtomicBoolean failed) {}

    private MongoServer(Path file, int port) {
        this.file = file;
        this.port = port;
    }

    /** On the wanted port, or another if it is 0 or taken. */
    public static MongoServer start(Path folder, int wantedPort) {
        try {
            Path real = Secret.folder(folder);
            MongoServer server = new MongoServer(real.resolve("documents.mv"), Ports.freeOr(wantedPort));
            server.start();
            return server;
        } catch (IOException e) {
            throw new ServerFailed("The document store's folder " + folder + ": " + e, e);
        }
    }

    @Override
    public String name() {
        return "MongoDB-compatible store";
    }

    @Override
    public int port() {
        return port;
    }

    public String uri() {
        return "mongodb://127.0.0.1:" + port;
    }

    @Override
    public synchronized boolean running() {
        Running now = running;
        return now != null && !now.failed().get() && !now.store().isClosed();
    }

    @Override
    public synchronized void start() {
        if (running()) return;
        kill();
        AtomicBoolean failed = new AtomicBoolean();
        MVStore store = open(failed);
        de.bwaldvogel.mongo.MongoServer server = new de.bwaldvogel.mongo.MongoServer(new DocumentBackend(store));
        try {
            server.bind(Ports.loopback(port));
        } catch (RuntimeException e) {
            server.shutdownNow();
            store.closeImmediately();
            throw new ServerFailed("The document store can't listen on port " + port + ": " + e.getMessage(), e);
        }
        running = new Running(server, store, failed);
    }

    /**
     * A file that can't be read is put aside: all it held can be read again from the event store. It is for whoever wants to know
     * why, until the next start: it shows persons who may be forgotten by then.
     */
    private MVStore open(AtomicBoolean failed) {
        Path aside = file.resolveSibling(file.getFileName() + ".broken");
        try {
            MVStore store = opened(failed);
            delete(aside);
            return store;
        } catch (MVStoreException e) {
            if (!Files.exists(file))
                throw new ServerFailed("The document store's file " + file + ": " + e.getMessage(), e);
            log.warn("The document store's file can't be read ({}); it is put aside as {}", e.getMessage(), aside);
            try {
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException moving) {
                throw new ServerFailed("The document store's file " + file + ": " + moving, moving);
            }
            return opened(failed);
        }
    }

    private static void delete(Path aside) {
        try {
            Files.deleteIfExists(aside);
        } catch (IOException e) {
            log.warn("What was put aside can't be deleted: {}", e.toString());
        }
    }

    private MVStore opened(AtomicBoolean failed) {
        MVStore store = DocumentBackend.store()
                .fileName(file.toString())
                .cacheSize(16)
                .backgroundExceptionHandler((_, e) -> {
                    log.error("The document store can't write: {}", e.getMessage());
                    failed.set(true);
                })
                .open();
        if (DocumentBackend.canRead(store)) return store;
        store.closeImmediately();
        throw new MVStoreException(DataUtils.ERROR_UNSUPPORTED_FORMAT, "it is of another kind");
    }

    @Override
    public synchronized void stop() {
        Running now = running;
        running = null;
        if (now != null) now.server().shutdown(); // closes the file too
    }

    /** Loses what was acknowledged and not yet written. */
    @Override
    public synchronized void kill() {
        Running now = running;
        running = null;
        if (now == null) return;
        now.store().closeImmediately();
        now.server().shutdownNow();
    }
}
