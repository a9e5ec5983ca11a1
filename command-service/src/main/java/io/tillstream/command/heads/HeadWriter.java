package io.tillstream.command.heads;

import io.tillstream.command.platform.Lease;
import io.tillstream.store.Appended;
import io.tillstream.store.MasterKey;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.Tail;
import io.tillstream.store.WritableStore;
import io.tillstream.store.proof.GrowingTree;
import io.tillstream.store.proof.HeadsFile;
import io.tillstream.store.proof.SignedHead;
import io.tillstream.store.proof.StoredTree;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds what is settled to the tree and signs it. Runs in one instance at a time. Whatever fails, it starts again from the
 * newest head, which is stored together with the leaves that it is about.
 */
final class HeadWriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HeadWriter.class);
    private static final int RUN = 1_000;

    /** A head has at most so many new leaves, so that a long history is caught up with in bounded transactions. */
    private static final int MOST = 20_000;

    private static final Duration APART = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final Duration LEASE_CHECK = Duration.ofSeconds(2);

    private final DataSource writer;
    private final WritableStore store;
    private final MasterKey master;
    private final Appended appended;
    private final Clock clock;
    private final @Nullable Path path;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean signing;
    private volatile long size;
    private volatile @Nullable String trouble;
    private volatile @Nullable String fileTrouble;
    private @Nullable Thread thread;

    HeadWriter(
            DataSource writer,
            WritableStore store,
            MasterKey master,
            Appended appended,
            Clock clock,
            @Nullable String path) {
        this.writer = writer;
        this.store = store;
        this.master = master;
        this.appended = appended;
        this.clock = clock;
        this.path = path == null || path.isBlank() ? null : Path.of(path).toAbsolutePath();
    }

    void start() {
        thread = Thread.ofPlatform().name("heads").start(this::runUntilClosed);
    }

    /** Whether this instance holds the lease. */
    boolean signing() {
        return signing;
    }

    /** Of the last head that this instance knows. */
    long size() {
        return size;
    }

    /** What keeps this instance from signing or from writing its file; null when nothing does. */
    @Nullable
    String trouble() {
        String here = trouble;
        return here == null ? fileTrouble : here;
    }

    private void runUntilClosed() {
        try {
            while (closing.getCount() > 0) {
                try {
                    signWhileLeased();
                    trouble = null;
                } catch (SQLException | RuntimeException | Error e) {
                    if (closing.getCount() > 0) report(e);
                } finally {
                    signing = false;
                    fileTrouble = null;
                }
                closing.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(Throwable e) {
        String now = String.valueOf(e.getMessage());
        if (!now.equals(trouble)) log.warn("Signing tree heads stopped and is tried again: {}", now);
        trouble = now;
    }

    private void signWhileLeased() throws SQLException, InterruptedException {
        Optional<Lease> taken = Lease.tryTake(writer, "tree heads");
        if (taken.isEmpty()) return;
        try (Lease lease = taken.get()) {
            GrowingTree tree = GrowingTree.open(lease.session(), master, clock);
            SignedHead newest = tree.newest();
            Tail tail = store.log().tailFrom(newest == null ? 0 : newest.lastPosition());
            size = newest == null ? 0 : newest.size();
            signing = true;
            trouble = null;
            Copy copy = path == null ? null : new Copy(path, new StoredTree(store.jdbc()));
            sign(lease, tree, tail, copy);
        }
    }

    private void sign(Lease lease, GrowingTree tree, Tail tail, @Nullable Copy copy)
            throws SQLException, InterruptedException {
        long lastCheck = System.nanoTime();
        while (closing.getCount() > 0) {
            long seen = appended.count();
            int added = add(tree, tail);
            if (added > 0) size = tree.sign().size();
            if (copy != null) fileTrouble = copy.upTo(size);
            if (added >= MOST) continue;
            if (added > 0) {
                closing.await(APART.toMillis(), TimeUnit.MILLISECONDS);
            } else {
                appended.awaitBeyond(seen, POLL);
                if (System.nanoTime() - lastCheck > LEASE_CHECK.toNanos()) {
                    lease.requireHeld();
                    lastCheck = System.nanoTime();
                }
            }
        }
    }

    private static int add(GrowingTree tree, Tail tail) {
        int added = 0;
        while (added < MOST) {
            List<StoredEvent> run = tail.nextStored(RUN);
            if (run.isEmpty()) break;
            tree.add(run);
            added += run.size();
        }
        return added;
    }

    /** The file elsewhere. It gets what the table has and it hasn't; one that contradicts the table is left as it is. */
    private static final class Copy {
        private final HeadsFile file;
        private final Path path;
        private final StoredTree tree;
        private long written = -1;
        private boolean contradicts;
        private @Nullable String trouble;

        Copy(Path path, StoredTree tree) {
            this.file = new HeadsFile(path);
            this.path = path;
            this.tree = tree;
        }

        /** Brings it up to a size. What is wrong with it, or null. */
        @Nullable
        String upTo(long size) {
            if (contradicts || written == size) return trouble;
            try {
                if (written < 0) open();
                while (!contradicts && written < size) {
                    List<SignedHead> heads = tree.heads(written + 1, size, true, RUN);
                    file.append(heads);
                    written = heads.getLast().size();
                    trouble = null;
                }
            } catch (IOException e) {
                String now = "Can't write " + path + ": " + e;
                if (!now.equals(trouble)) log.warn("{}", now);
                trouble = now;
            }
            return trouble;
        }

        private void open() throws IOException {
            Optional<SignedHead> last = file.last();
            if (last.isPresent() && !tree.holds(last.get())) {
                contradicts = true;
                trouble = path + " holds a head of " + last.get().size()
                        + " events that this history doesn't have; `tillstream verify --heads` says more";
                log.error("{}", trouble);
            } else {
                written = last.map(SignedHead::size).orElse(0L);
            }
        }
    }

    /** Stops after the head at hand. */
    @Override
    public void close() {
        closing.countDown();
        Thread running = thread;
        try {
            if (running != null) running.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
