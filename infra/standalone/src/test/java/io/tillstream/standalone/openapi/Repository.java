package io.tillstream.standalone.openapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where things are in the repository that the tests run in. */
final class Repository {
    static final Path ROOT = root();
    static final Path RESOURCES = ROOT.resolve("http-edge/src/main/resources");
    static final Path OPENAPI = RESOURCES.resolve("openapi/openapi.json");
    static final Path SCHEMAS = RESOURCES.resolve("schemas");
    static final Path APPROVED = ROOT.resolve("shared-events/src/test/resources/approved");

    private Repository() {}

    private static Path root() {
        for (@Nullable Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent())
            if (Files.exists(at.resolve("mvnw"))) return at;
        throw new IllegalStateException("These tests read the sources: run them in the repository");
    }

    /** Every Java file of the modules' main code. */
    static List<Path> sources() {
        try (Stream<Path> files = Files.find(ROOT, 20, (path, about) -> {
            String relative = ROOT.relativize(path).toString().replace('\\', '/');
            return relative.endsWith(".java") && relative.contains("src/main/java/");
        })) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
