package io.tillstream.http.outgoing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Addresses with a port that are allowed until a moment that is near. In memory only, so that none outlives the process. */
final class Leases {
    private final Map<InetSocketAddress, Long> ends = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    /** @param nanos a clock that nobody sets, as {@link System#nanoTime} */
    Leases(LongSupplier nanos) {
        this.nanos = nanos;
    }

    void renew(InetSocketAddress address, Duration lease) {
        ends.values().removeIf(this::over);
        ends.put(address, nanos.getAsLong() + lease.toNanos());
    }

    void end(InetSocketAddress address) {
        ends.remove(address);
    }

    boolean cover(InetAddress address, int port) {
        Long end = ends.get(new InetSocketAddress(address, port));
        return end != null && !over(end);
    }

    /** Whether one covers some port there. */
    boolean anyAt(InetAddress address) {
        return ends.entrySet().stream()
                .anyMatch(lease -> address.equals(lease.getKey().getAddress()) && !over(lease.getValue()));
    }

    private boolean over(long end) {
        return nanos.getAsLong() - end >= 0;
    }
}
