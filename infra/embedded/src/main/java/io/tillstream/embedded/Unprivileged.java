package io.tillstream.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL refuses to run as root. Started by root, it runs in a user namespace, where root's files stay its own; where the kernel
 * or a container forbids those, as the user {@code nobody}, who is given the folder.
 */
final class Unprivileged {
    private enum Way {
        AS_WE_ARE,
        NAMESPACE,
        NOBODY
    }

    private static @Nullable Way way;

    private Unprivileged() {}

    static boolean needsAnotherUser() {
        return way() == Way.NOBODY;
    }

    static List<String> command(List<String> command) {
        List<String> result = new ArrayList<>(
                switch (way()) {
                    case AS_WE_ARE -> List.<String>of();
                    case NAMESPACE -> List.of("unshare", "-U");
                    case NOBODY -> List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
                });
        result.addAll(command);
        return result;
    }

    /** To be called after files were made in the folder, before a command runs in it. */
    static void handOver(Path folder) throws IOException {
        if (way() != Way.NOBODY) return;
        makeReachable(folder);
        UserPrincipal nobody =
                folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                PosixFileAttributeView view =
                        Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
                view.setOwner(nobody);
            }
        }
    }

    /** The data folder itself, which is ours, may be opened for passing through; folders above it are not ours to change. */
    private static void makeReachable(Path folder) throws IOException {
        Path parent = folder.getParent();
        for (Path above = parent; above != null; above = above.getParent()) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(above);
            if (permissions.contains(PosixFilePermission.OTHERS_EXECUTE)) continue;
            if (!above.equals(parent)) {
                throw new ServerFailed("PostgreSQL can't run as root here, and the user nobody can't reach " + above
                        + ": start Tillstream as another user, or choose another data folder");
            }
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
            Files.setPosixFilePermissions(above, permissions);
        }
    }

    private static synchronized Way way() {
        Way known = way;
        if (known == null) way = known = find();
        return known;
    }

    private static Way find() {
        try {
            Path probe = Files.createTempFile("tillstream", ".probe");
            try {
                if (!Files.getOwner(probe).getName().equals("root")) return Way.AS_WE_ARE;
                boolean namespaces = !Boolean.getBoolean("tillstream.embedded.no-namespaces")
                        && works(List.of("unshare", "-U", "true"), probe);
                if (namespaces) return Way.NAMESPACE;
                if (works(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "true"), probe)) {
                    return Way.NOBODY;
                }
                throw new ServerFailed("PostgreSQL can't run as root, and neither unshare nor setpriv works here:"
                        + " start Tillstream as another user");
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            throw new ServerFailed("Cannot write to the folder for temporary files: " + e.getMessage(), e);
        }
    }

    private static boolean works(List<String> command, Path output) {
        try {
            return Processes.run(command, output, Duration.ofSeconds(10)).status() == 0;
        } catch (ServerFailed e) {
            return false; // not installed
        }
    }
}
