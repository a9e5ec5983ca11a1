package io.tillstream.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;
import redis.embedded.core.ExecutableProvider;

/** The servers' programs, unpacked once a machine and user from the jars that bring them. */
final class Binaries {
    private static final String POSTGRES = "postgresql-17.11.0";
    private static final String REDIS = "redis-1.4.4";
    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");

    private Binaries() {}

    /** The folder with {@code bin/postgres}. */
    static Path postgres() {
        return unpacked(POSTGRES, Binaries::unpackPostgres);
    }

    /** The server's program. */
    static Path redis() {
        return unpacked(REDIS, Binaries::unpackRedis).resolve("redis-server");
    }

    private interface Unpacking {
        void into(Path folder) throws IOException;
    }

    private static synchronized Path unpacked(String name, Unpacking unpacking) {
        Path folder = cache().resolve(name);
        if (Files.isDirectory(folder)) return folder;
        try {
            Files.createDirectories(cache());
            Path fresh = Files.createTempDirectory(cache(), name + ".");
            try {
                Files.setPosixFilePermissions(fresh, EXECUTABLE);
                unpacking.into(fresh);
                Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                // Another process was faster.
            } finally {
                delete(fresh);
            }
            return folder;
        } catch (IOException e) {
            throw new ServerFailed("Cannot unpack " + name + " into " + folder + ": " + e, e);
        }
    }

    /** Where another user may have to run them (see {@link Unprivileged}), a folder that everybody reaches. */
    private static Path cache() {
        if (Unprivileged.needsAnotherUser()) return Path.of("/var/cache/tillstream");
        String cache = System.getenv("XDG_CACHE_HOME");
        return cache != null && !cache.isBlank()
                ? Path.of(cache, "tillstream")
                : Path.of(System.getProperty("user.home"), ".cache", "tillstream");
    }

    private static void unpackPostgres(Path folder) throws IOException {
        String archive = "/postgres-" + system() + "-" + processor() + ".txz";
        try (InputStream packed = Binaries.class.getResourceAsStream(archive)) {
            if (packed == null) throw new IOException("no PostgreSQL for this machine comes along (" + archive + ")");
            try (TarArchiveInputStream tar =
                    new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    Path file = folder.resolve(entry.getName()).normalize();
                    if (!file.startsWith(folder)) throw new IOException("strange path " + entry.getName());
                    if (entry.isDirectory()) {
                        Files.createDirectories(file);
                    } else {
                        Files.createDirectories(parent(file));
                        if (entry.isSymbolicLink()) Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                        else Files.copy(tar, file);
                        if ((entry.getMode() & 0100) != 0 && !entry.isSymbolicLink()) {
                            Files.setPosixFilePermissions(file, EXECUTABLE);
                        }
                    }
                }
            }
        }
    }

    private static void unpackRedis(Path folder) throws IOException {
        Path unpacked =
                ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
        Path program = folder.resolve("redis-server");
        Files.move(unpacked, program, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(program, EXECUTABLE);
    }

    private static Path parent(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent == null) throw new IOException("strange path " + file);
        return parent;
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
    }

    private static String processor() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return name.equals("aarch64") || name.equals("arm64") ? "arm_64" : "x86_64";
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }
}
