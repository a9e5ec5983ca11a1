package io.tillstream.http.outgoing;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A range of addresses, as {@code 10.0.0.0/8}. */
final class Network {
    private final byte[] prefix;
    private final int bits;

    private Network(byte[] prefix, int bits) {
        this.prefix = prefix;
        this.bits = bits;
    }

    static Network of(String cidr) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? cidr : cidr.substring(0, slash);
        if (address.isEmpty() || !address.matches("[0-9a-fA-F:.]+"))
            throw new IllegalArgumentException(cidr + " is no address range such as 10.0.0.0/8");
        try {
            byte[] prefix = InetAddress.getByName(address).getAddress(); // a literal: nothing is looked up
            int bits = slash < 0 ? prefix.length * 8 : Integer.parseInt(cidr.substring(slash + 1));
            if (bits < 0 || bits > prefix.length * 8)
                throw new IllegalArgumentException(cidr + " is no address range such as 10.0.0.0/8");
            return new Network(prefix, bits);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(cidr + " is no address range such as 10.0.0.0/8", e);
        }
    }

    boolean contains(byte[] address) {
        if (address.length != prefix.length) return false;
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((address[bit / 8] & mask) != (prefix[bit / 8] & mask)) return false;
        }
        return true;
    }
}
