package io.tillstream.http.outgoing;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Which addresses are the public internet's, and which of the others the operator allows. */
final class Addresses {
    /** What IANA's special-purpose registries say is not globally reachable, multicast, and tunnels that hide an address. */
    private static final List<Network> FORBIDDEN = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3",
                    "::/96",
                    "::ffff:0:0:0/96",
                    "64:ff9b:1::/48",
                    "100::/64",
                    "100:0:0:1::/64",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(Network::of)
            .toList();

    private static final Network NAT64 = Network.of("64:ff9b::/96");

    private final List<Network> allowed;

    Addresses(List<Network> allowed) {
        this.allowed = allowed;
    }

    /** Whether requests may go there. */
    boolean permits(InetAddress address) {
        return allows(address) || isPublic(address.getAddress());
    }

    /** Whether it is in a network that the operator named. */
    boolean allows(InetAddress address) {
        return allowed.stream().anyMatch(network -> network.contains(address.getAddress()));
    }

    // Java shows ::ffff:a.b.c.d as the IPv4 address that it means, which is then judged as such.
    private static boolean isPublic(byte[] address) {
        if (NAT64.contains(address)) return isPublic(Arrays.copyOfRange(address, 12, 16));
        return FORBIDDEN.stream().noneMatch(network -> network.contains(address));
    }

    /** A literal in a URL that maps an IPv4 address into IPv6; Java's own class hides that. */
    static boolean mapped(String literal) {
        return literal.regionMatches(true, 0, "::ffff:", 0, 7) && !literal.equals("::ffff:");
    }

    static String show(InetAddress address) {
        String text = address.getHostAddress();
        return address instanceof Inet6Address ? "[" + text + "]" : text;
    }
}
