package io.tillstream.webhook.delivery;

import io.tillstream.store.DispatcherSecrets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The dispatcher's secrets, in the clear for some seconds, so that a busy endpoint's are read and opened once in that time and not
 * for each claim. What an id stands for never changes; one whose row is gone may still be given until the time is up. Thread-safe.
 */
final class OpenedSecrets {
    private static final Duration KEPT = Duration.ofSeconds(5);

    private final DispatcherSecrets secrets;
    private final Map<UUID, String> opened = new HashMap<>();
    private long since = System.nanoTime() - KEPT.toNanos();

    OpenedSecrets(DispatcherSecrets secrets) {
        this.secrets = secrets;
    }

    /** Those of the rows that are there and can be opened. */
    synchronized Map<UUID, String> get(Collection<UUID> ids) {
        if (System.nanoTime() - since >= KEPT.toNanos()) {
            opened.clear();
            since = System.nanoTime();
        }
        Set<UUID> missing = new HashSet<>(ids);
        missing.removeAll(opened.keySet());
        if (!missing.isEmpty()) opened.putAll(secrets.get(missing));
        Map<UUID, String> found = new HashMap<>(opened);
        found.keySet().retainAll(ids);
        return found;
    }
}
