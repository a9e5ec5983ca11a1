package io.tillstream.http.outgoing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Which URLs of clients are sent to. contract: webhooks-api §5, with decision 23 */
public final class Targets {
    private static final Set<String> OWN = Set.of(
            "localhost", "metadata.google.internal", "metadata.goog", "kubernetes.default", "kubernetes.default.svc");

    private static final String ALLOWED = "an operator may allow networks of his own by TILLSTREAM_WEBHOOK_ALLOW";
    private static final String INSIDE = "must not be a URL of a private, local or reserved address; " + ALLOWED;
    private static final String ALLOWED_SPELT = ALLOWED + ", and URLs then spell the address";
    private static final String OWN_NAME =
            "must not be a URL of this machine or network by such a name; " + ALLOWED_SPELT;
    private static final String NO_HTTPS = "must be an HTTPS URL";
    private static final long PATIENCE_MS = 3_000;

    private final Addresses addresses;
    private final Names names;
    private final Leases leases;

    Targets(List<String> allowed, Names names) {
        this(allowed, names, new Leases(System::nanoTime));
    }

    Targets(List<String> allowed, Names names, Leases leases) {
        this.leases = leases;
        this.addresses = new Addresses(allowed.stream()
                .map(String::strip)
                .filter(cidr -> !cidr.isEmpty())
                .map(Network::of)
                .toList());
        this.names = names;
    }

    /** Those that allow some networks beside the public ones. */
    public static Targets allowing(List<String> networks, Names names) {
        return new Targets(networks, names);
    }

    /**
     * Allows this one address and port, with plain HTTP, to URLs that spell the address, for so long from now. Kept in memory, and not
     * for requests to ask for: whoever runs this process may.
     */
    public void lend(InetSocketAddress receiver, Duration lease) {
        leases.renew(receiver, lease);
    }

    public void takeBack(InetSocketAddress receiver) {
        leases.end(receiver);
    }

    /**
     * What is wrong with a URL that a client wants to be sent to, as it goes on after the field's name; null when nothing is.
     * A name that doesn't resolve is fine: each attempt looks again. Waits for the DNS.
     */
    public @Nullable String wrong(String url) {
        Target target;
        try {
            target = Target.of(url);
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        InetAddress literal = target.literal();
        if (literal != null) return wrong(target, List.of(literal));
        String wrong = wrongName(target);
        return wrong != null ? wrong : wrong(target, resolved(target.host()));
    }

    private List<InetAddress> resolved(String host) {
        try {
            return names.addressesOf(host).toCompletableFuture().get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        } catch (ExecutionException | TimeoutException | CompletionException e) {
            return List.of();
        }
    }

    /** The addresses that an attempt may connect to. Completes with {@link ForbiddenTarget} when there is a forbidden one. */
    public CompletionStage<List<InetAddress>> resolve(Target target) {
        InetAddress literal = target.literal();
        if (literal == null) {
            String wrong = wrongName(target);
            if (wrong != null) return CompletableFuture.failedStage(new ForbiddenTarget(wrong));
        }
        return (literal != null ? CompletableFuture.completedStage(List.of(literal)) : names.addressesOf(target.host()))
                .thenApply(found -> {
                    String wrong = wrong(target, found);
                    if (wrong != null) throw new ForbiddenTarget(wrong);
                    return found;
                });
    }

    /** The addresses that a host has. Completes with {@link ForbiddenTarget} when one of them is forbidden. */
    public CompletionStage<List<InetAddress>> addressesOf(String host) {
        InetAddress literal = Target.literal(host);
        return (literal != null ? CompletableFuture.completedStage(List.of(literal)) : names.addressesOf(host))
                .thenApply(found -> {
                    boolean lent = literal != null && leases.anyAt(literal); // the port is judged on the socket
                    if (!lent && (found.isEmpty() || !found.stream().allMatch(addresses::permits)))
                        throw new ForbiddenTarget(INSIDE);
                    return found;
                });
    }

    /** Whether a connected socket is where it may be: a name may have changed its mind since it was looked up. */
    public boolean permits(Target target, InetAddress address) {
        if (target.secure() ? addresses.permits(address) : addresses.allows(address)) return true;
        return lent(target) && address.equals(target.literal());
    }

    private boolean lent(Target target) {
        InetAddress literal = target.literal();
        return literal != null && leases.cover(literal, target.port());
    }

    private static @Nullable String wrongName(Target target) {
        if (!target.scheme().equals("https") && !target.scheme().equals("http")) return NO_HTTPS;
        String host = target.host();
        boolean own = OWN.stream().anyMatch(name -> host.equals(name) || host.endsWith("." + name));
        if (!own) return null;
        return target.secure() ? OWN_NAME : NO_HTTPS + "; " + ALLOWED_SPELT;
    }

    private @Nullable String wrong(Target target, List<InetAddress> found) {
        // plain text stays within networks that the operator calls his own
        boolean allowed = lent(target) || (!found.isEmpty() && found.stream().allMatch(addresses::allows));
        boolean plain = target.scheme().equals("http");
        if (!target.secure() && !(plain && allowed)) return plain ? NO_HTTPS + "; " + ALLOWED : NO_HTTPS;
        if (allowed) return null;
        if (Addresses.mapped(target.host()) || !found.stream().allMatch(addresses::permits)) return INSIDE;
        return null;
    }

    /** An address that nothing is sent to. */
    public static final class ForbiddenTarget extends RuntimeException {
        public ForbiddenTarget(String why) {
            super("The URL " + why, null, false, false);
        }
    }
}
