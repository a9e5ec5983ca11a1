package io.tillstream.store.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.events.envelope.EventJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The signed heads in a file that is kept elsewhere, one JSON object a line, only ever appended to. A line that a crash cut
 * short is left as it is, and its head is written again.
 */
public final class HeadsFile {
    private static final int TAIL = 8 * 1024;

    private final Path path;

    public HeadsFile(Path path) {
        this.path = path;
    }

    /** The last head in it, if it has one. */
    public Optional<SignedHead> last() throws IOException {
        if (!Files.exists(path)) return Optional.empty();
        try (FileChannel file = FileChannel.open(path)) {
            List<String> lines = tail(file).lines().toList();
            for (String line : lines.reversed()) {
                SignedHead head = parse(line);
                if (head != null) return Optional.of(head);
            }
            if (file.size() > TAIL) throw new IOException(path + " holds something else than tree heads");
            return Optional.empty();
        }
    }

    /** Appends heads, and returns when they are on the disk. */
    public void append(List<SignedHead> heads) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (SignedHead head : heads)
            lines.append(EventJson.CLIENT.writeValueAsString(head)).append('\n');
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            if (cutShort()) lines.insert(0, '\n');
            ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(UTF_8));
            while (bytes.hasRemaining()) file.write(bytes);
            file.force(true);
        }
    }

    /** Reads it from its first line on. */
    Lines read() throws IOException {
        return new Lines(Files.newBufferedReader(path));
    }

    /** The file, a line at a time. */
    static final class Lines implements AutoCloseable {
        private final BufferedReader reader;
        private long number;

        private Lines(BufferedReader reader) {
            this.reader = reader;
        }

        /**
         * One line.
         *
         * @param head null where the line holds none
         */
        record Line(long number, @Nullable SignedHead head) {}

        /** The next line that isn't blank, null at the end. */
        @Nullable
        Line next() throws IOException {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) return new Line(number, parse(line));
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    private boolean cutShort() throws IOException {
        try (FileChannel file = FileChannel.open(path)) {
            String tail = tail(file);
            return !tail.isEmpty() && !tail.endsWith("\n");
        }
    }

    private static String tail(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(TAIL, file.size()));
        long from = file.size() - bytes.capacity();
        while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {}
        return new String(bytes.array(), 0, bytes.position(), UTF_8);
    }

    private static @Nullable SignedHead parse(String line) {
        try {
            SignedHead head = EventJson.STORED.readValue(line, SignedHead.class);
            return head.complete() ? head : null;
        } catch (JacksonException e) {
            return null;
        }
    }
}
