package io.tillstream.http.outgoing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.InvalidUrlException;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriComponentsBuilder.ParserType;
import org.springframework.web.util.UriUtils;

/**
 * A URL as browsers understand it (WHATWG): numeric, hex, octal and short spellings of addresses are addresses, backslashes are
 * slashes. What is judged here is what is connected to, never the text that was typed.
 *
 * @param host lower case, without the brackets of an IPv6 address and without a final dot
 * @param credentials {@code user:password}, not percent-encoded; null for none
 * @param path with query, percent-encoded
 */
public record Target(
        String scheme, String host, int port, @Nullable String credentials, String path) {

    private static final Pattern SUPPLEMENTARY = Pattern.compile("[\\x{10000}-\\x{10FFFF}]+");

    /** Fails with {@link IllegalArgumentException} for what is no absolute URL. */
    public static Target of(String url) {
        UriComponents parts;
        try {
            parts = UriComponentsBuilder.fromUriString(supplementaryEncoded(url), ParserType.WHAT_WG)
                    .build();
        } catch (InvalidUrlException e) {
            throw new IllegalArgumentException("must be a valid URL", e);
        }
        String scheme = parts.getScheme();
        String host = parts.getHost();
        if (scheme == null || host == null || host.isEmpty())
            throw new IllegalArgumentException("must be an absolute URL");
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (bare.endsWith(".")) bare = bare.substring(0, bare.length() - 1);
        if (bare.isEmpty()) throw new IllegalArgumentException("must be an absolute URL");
        int port = parts.getPort() >= 0 ? parts.getPort() : scheme.equals("http") ? 80 : 443;
        String path = parts.getPath() == null || parts.getPath().isEmpty() ? "/" : parts.getPath();
        String query = parts.getQuery() == null ? "" : "?" + parts.getQuery();
        return new Target(scheme, bare, port, decoded(parts.getUserInfo()), encoded(path + query));
    }

    public boolean secure() {
        return scheme.equals("https");
    }

    /** The address that the host spells; null when it is a name. */
    @Nullable
    InetAddress literal() {
        return literal(host);
    }

    static @Nullable InetAddress literal(String host) {
        if (host.indexOf(':') < 0 && !host.chars().allMatch(c -> c == '.' || ('0' <= c && c <= '9'))) return null;
        try {
            return InetAddress.getByName(host); // nothing is looked up
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** As a {@code Host} header has it. */
    public String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (secure() ? 443 : 80) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return scheme + "://" + authority(); // path and credentials may be secrets
    }

    /** As they are meant: an {@code @} in a password can't be written otherwise than as {@code %40}. What is no encoding stays. */
    private static @Nullable String decoded(@Nullable String userInfo) {
        if (userInfo == null) return null;
        try {
            return UriUtils.decode(userInfo, UTF_8);
        } catch (IllegalArgumentException e) { // whose message has a piece of the password
            return userInfo;
        }
    }

    /** The parser encodes what lies beyond 16 bits and leaves half of it as well. Means the same wherever it is in a URL. */
    private static String supplementaryEncoded(String url) {
        return SUPPLEMENTARY.matcher(url).replaceAll(found -> encoded(found.group()));
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(UTF_8)) {
            if (b > 0x20 && b < 0x7f && "\"<>\\^`{|}".indexOf(b) < 0) encoded.append((char) b);
            else encoded.append('%').append(String.format("%02X", b & 0xff));
        }
        return encoded.toString();
    }
}
