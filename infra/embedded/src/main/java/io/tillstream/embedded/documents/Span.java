package io.tillstream.embedded.documents;

import java.util.Arrays;

/** Everything between two bounds, neither of which is a key. */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole, and copied nowhere
record Span(byte[] from, byte[] to) {
    Span within(byte[] start) {
        return new Span(OrderedBytes.join(start, from), OrderedBytes.join(start, to));
    }

    Span and(Span other) {
        return new Span(
                Arrays.compareUnsigned(from, other.from) >= 0 ? from : other.from,
                Arrays.compareUnsigned(to, other.to) <= 0 ? to : other.to);
    }
}
