package io.tillstream.embedded.documents;

import de.bwaldvogel.mongo.backend.Missing;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values as bytes that compare, unsigned and from the left, as the scan's comparator compares the values. No value's bytes
 * are the beginning of another's, so that several can stand one behind the other. Values whose order the comparator doesn't
 * keep to itself (NaN, a fraction beside a long that no double holds), and types that no index here needs, have no bytes.
 */
final class OrderedBytes {
    private static final int NULL = 0x10;
    private static final int NUMBER = 0x20;
    private static final int TEXT = 0x30;
    private static final int BOOL = 0x40;
    private static final int INSTANT = 0x50;
    /** Above every value. */
    static final int ABOVE = 0xFF;

    /** All texts. */
    static final Span TEXTS = new Span(new byte[] {TEXT}, new byte[] {TEXT + 1});

    private static final double INTEGRAL = 0x1p53;
    private static final double FRACTIONAL = 0x1p31;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(96);

    OrderedBytes() {}

    OrderedBytes(byte[] start) {
        out.writeBytes(start);
    }

    static byte @Nullable [] of(@Nullable Object value) {
        OrderedBytes bytes = new OrderedBytes();
        return bytes.append(value) ? bytes.toArray() : null;
    }

    static boolean isText(Span value) {
        return value.from()[0] == TEXT;
    }

    /** Where the values of this value's type begin. */
    static byte[] typeStart(byte[] value) {
        return new byte[] {value[0]};
    }

    /** What is above the values of this value's type. */
    static byte[] typeEnd(byte[] value) {
        return new byte[] {(byte) (value[0] + 1)};
    }

    static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    /** What is above everything that starts so. */
    static byte[] above(byte[] start) {
        byte[] above = Arrays.copyOf(start, start.length + 1);
        above[start.length] = (byte) ABOVE;
        return above;
    }

    byte[] toArray() {
        return out.toByteArray();
    }

    void raw(int value) {
        out.write(value);
    }

    /** Answers false, having written part of it or nothing, when the value has no bytes. */
    boolean append(@Nullable Object value) {
        return switch (value) {
            case null -> tagged(NULL);
            case Missing _ -> tagged(NULL);
            case String text -> tagged(TEXT) && text(text);
            case Boolean bool -> tagged(BOOL) && tagged(bool ? 1 : 0);
            // Documents are stored, and clients ask, in milliseconds.
            case Instant instant -> tagged(INSTANT) && ordered(instant.toEpochMilli());
            case Integer number -> number(number);
            case Long number -> number(number);
            case Double number -> number(number);
            default -> false;
        };
    }

    private boolean number(long value) {
        tagged(NUMBER);
        double nearest = (double) value;
        ordered(nearest);
        // Several longs share a double from here on.
        if (Math.abs(nearest) >= INTEGRAL) ordered(value);
        return true;
    }

    private boolean number(double value) {
        double magnitude = Math.abs(value);
        if (value == Math.rint(value)) return magnitude <= INTEGRAL && number((long) value);
        if (!(magnitude < FRACTIONAL)) return false;
        tagged(NUMBER);
        return ordered(value);
    }

    private boolean ordered(double value) {
        long bits = Double.doubleToLongBits(value);
        return big(bits < 0 ? ~bits : bits ^ Long.MIN_VALUE);
    }

    private boolean ordered(long value) {
        return big(value ^ Long.MIN_VALUE);
    }

    private boolean big(long bits) {
        for (int shift = 56; shift >= 0; shift -= 8) out.write((int) (bits >>> shift));
        return true;
    }

    /** As UTF-8, but one UTF-16 unit at a time: that is the order in which strings compare. 0 ends it, so 0 and 1 are escaped. */
    private boolean text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit < 2) {
                out.write(1);
                out.write(unit + 1);
            } else if (unit < 0x80) {
                out.write(unit);
            } else if (unit < 0x800) {
                out.write(0xC0 | (unit >> 6));
                out.write(0x80 | (unit & 0x3F));
            } else {
                out.write(0xE0 | (unit >> 12));
                out.write(0x80 | ((unit >> 6) & 0x3F));
                out.write(0x80 | (unit & 0x3F));
            }
        }
        out.write(0);
        return true;
    }

    private boolean tagged(int tag) {
        out.write(tag);
        return true;
    }

    /** Steps over one value; answers where the next begins. */
    static int skip(byte[] bytes, int at) {
        return switch (bytes[at]) {
            case NULL -> at + 1;
            case BOOL -> at + 2;
            case INSTANT -> at + 9;
            case NUMBER -> at + (isBeyondDoubles(bytes, at + 1) ? 17 : 9);
            case TEXT -> {
                int end = at + 1;
                while (bytes[end] != 0) end++;
                yield end + 1;
            }
            default -> throw new IllegalStateException("No value starts with " + bytes[at]);
        };
    }

    private static boolean isBeyondDoubles(byte[] bytes, int at) {
        long bits = 0;
        for (int i = 0; i < 8; i++) bits = (bits << 8) | (bytes[at + i] & 0xFF);
        return Math.abs(Double.longBitsToDouble(bits < 0 ? bits ^ Long.MIN_VALUE : ~bits)) >= INTEGRAL;
    }

    /** The text that starts here. */
    static String textAt(byte[] bytes, int at) {
        if (bytes[at] != TEXT) throw new IllegalStateException("No text starts with " + bytes[at]);
        int end = at + 1;
        boolean ascii = true;
        for (; bytes[end] != 0; end++) ascii &= bytes[end] > 1;
        if (ascii) return new String(bytes, at + 1, end - at - 1, StandardCharsets.ISO_8859_1);
        StringBuilder text = new StringBuilder(end - at);
        for (int i = at + 1; i < end; ) {
            int unit = bytes[i++] & 0xFF;
            if (unit == 1) unit = bytes[i++] - 1;
            else if (unit >= 0xE0) unit = ((unit & 0xF) << 12) | ((bytes[i++] & 0x3F) << 6) | (bytes[i++] & 0x3F);
            else if (unit >= 0x80) unit = ((unit & 0x1F) << 6) | (bytes[i++] & 0x3F);
            text.append((char) unit);
        }
        return text.toString();
    }
}
