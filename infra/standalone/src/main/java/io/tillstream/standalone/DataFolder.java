package io.tillstream.standalone;

import io.tillstream.embedded.Secret;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The folder with all that a shop has. Held by one process at a time, from {@link #open} to {@link #close}. */
final class DataFolder implements AutoCloseable {
    /** How the folder is laid out; raised when an older Tillstream could no longer use it. */
    static final int FORMAT = 1;

    /** What a running shop tells the other commands. */
    static final String CONTROL = "control";

    private static final String MASTER_KEY = "master.key";
    private static final long LEAST_SPACE = 256L * 1024 * 1024;

    private final Path path;
    private final FileChannel lockFile;
    private final Properties ports;

    private DataFolder(Path path, FileChannel lockFile, Properties ports) {
        this.path = path;
        this.lockFile = lockFile;
        this.ports = ports;
    }

    static DataFolder open(Path wanted) {
        try {
            Path path = Secret.folder(wanted);
            Files.createDirectories(path.resolve("logs"));
            FileChannel lockFile = locked(path);
            try {
                requireKnownFormat(path);
                requireSpace(path);
                if (!Files.exists(path.resolve("version"))) Secret.write(path.resolve("version"), FORMAT + "\n");
                return new DataFolder(path, lockFile, properties(path.resolve("ports")));
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new CannotGoOn("Not a folder: " + wanted, e);
        } catch (IOException e) {
            throw new CannotGoOn("Cannot use " + wanted + ": " + Reasons.of(e), e);
        }
    }

    private static FileChannel locked(Path path) throws IOException {
        FileChannel file = FileChannel.open(
                path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = file.tryLock();
        if (lock == null) {
            String holder = Files.readString(path.resolve("lock")).strip();
            file.close();
            String url = properties(path.resolve(CONTROL)).getProperty(RunningShop.URL);
            throw new CannotGoOn("The shop on " + path + " already runs" + (url == null ? "" : " at " + url)
                    + (holder.isEmpty() ? "" : " (process " + holder + ")")
                    + ": stop that one, or choose another --data");
        }
        file.truncate(0);
        file.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
        return file;
    }

    private static void requireKnownFormat(Path path) throws IOException {
        Path file = path.resolve("version");
        if (!Files.exists(file)) return;
        String found = Files.readString(file).strip();
        if (found.equals(Integer.toString(FORMAT))) return;
        throw new CannotGoOn(path + " was written by a newer Tillstream (format " + found + ", this one knows " + FORMAT
                + "): use that one, or choose another --data");
    }

    private static void requireSpace(Path path) throws IOException {
        long left = Files.getFileStore(path).getUsableSpace();
        if (left < LEAST_SPACE) {
            throw new CannotGoOn("The disk of " + path + " is full: " + left / 1024 / 1024 + " MB are left, "
                    + LEAST_SPACE / 1024 / 1024 + " MB are needed");
        }
    }

    Path path() {
        return path;
    }

    Path folder(String name) {
        return path.resolve(name);
    }

    boolean nearlyFull() {
        try {
            return Files.getFileStore(path).getUsableSpace() < LEAST_SPACE / 2;
        } catch (IOException e) {
            return false;
        }
    }

    /** 32 bytes in base64. */
    String masterKey() {
        return kept(MASTER_KEY, () -> {
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            return Base64.getEncoder().encodeToString(key);
        });
    }

    /** The key of a folder that another process holds. */
    static String masterKey(Path path) {
        Path file = path.resolve(MASTER_KEY);
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new CannotGoOn("Cannot read " + file + ": " + Reasons.of(e), e);
        }
    }

    /** The operator's key that this folder's first start made up. */
    String apiKey() {
        return kept("api-key", () -> {
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            return "sf_live_" + HexFormat.of().formatHex(key);
        });
    }

    /** The operator's key in a folder that another process holds. */
    static String apiKey(Path path) {
        Path file = path.resolve("api-key");
        try {
            if (!Files.exists(file)) throw new CannotGoOn("No API key in " + path + ": give one by --key");
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new CannotGoOn("Cannot read " + file + ": " + Reasons.of(e), e);
        }
    }

    private interface MadeUp {
        String value();
    }

    private String kept(String name, MadeUp madeUp) {
        Path file = path.resolve(name);
        try {
            if (Files.exists(file)) return Files.readString(file).strip();
            String value = madeUp.value();
            Secret.write(file, value + "\n");
            return value;
        } catch (IOException e) {
            throw new CannotGoOn("Cannot keep " + file + ": " + Reasons.of(e), e);
        }
    }

    /** The admin whom the first start makes. The password is kept until it has been shown, so that a start that was cut off loses none. */
    record FirstAdmin(String email, @Nullable String password) {}

    Optional<FirstAdmin> firstAdmin() {
        Path file = path.resolve("first-admin");
        if (!Files.exists(file)) return Optional.empty();
        try {
            Properties known = properties(file);
            return Optional.of(new FirstAdmin(known.getProperty("email", ""), known.getProperty("password")));
        } catch (IOException e) {
            throw new CannotGoOn("Cannot read " + file + ": " + Reasons.of(e), e);
        }
    }

    void firstAdmin(FirstAdmin admin) {
        Properties known = new Properties();
        known.setProperty("email", admin.email());
        if (admin.password() != null) known.setProperty("password", admin.password());
        write("first-admin", known);
    }

    int port(String server) {
        String known = ports.getProperty(server, "0");
        return known.matches("\\d{1,5}") ? Integer.parseInt(known) : 0;
    }

    void port(String server, int port) {
        synchronized (ports) {
            ports.setProperty(server, Integer.toString(port));
            write("ports", ports);
        }
    }

    Path controlFile() {
        return path.resolve(CONTROL);
    }

    private void write(String name, Properties values) {
        try {
            StringWriter text = new StringWriter();
            values.store(text, null);
            Secret.write(path.resolve(name), text.toString());
        } catch (IOException e) {
            throw new CannotGoOn("Cannot write " + path.resolve(name) + ": " + Reasons.of(e), e);
        }
    }

    private static Properties properties(Path file) throws IOException {
        Properties values = new Properties();
        if (Files.exists(file)) values.load(new StringReader(Files.readString(file)));
        return values;
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            // The process is about to end, and the lock with it.
        }
    }
}
