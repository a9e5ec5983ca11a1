package io.tillstream.http;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** The headers that every answer has: what browsers may do with it. */
final class ResponseHeaders {
    private static final String METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
    private static final String REQUEST_HEADERS = "Content-Type, Authorization, X-API-Key, Idempotency-Key, If-Match,"
            + " X-Request-Id, X-Tillstream-Mode, X-Consistency-Token, Last-Event-ID";
    private static final String EXPOSED = "X-Request-Id, ETag, Idempotent-Replayed, X-Consistency-Token,"
            + " X-Tillstream-Stale, X-As-Of, X-As-Of-Sequence, RateLimit-Policy, RateLimit, X-RateLimit-Limit,"
            + " X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, Allow";
    private static final String API_POLICY = "default-src 'none'; frame-ancestors 'none'";
    private static final String DOCS_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none';"
            + " form-action 'none'";
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1");

    private final @Nullable String site;
    private final boolean development;

    ResponseHeaders(@Nullable String siteUrl) {
        site = siteUrl == null || siteUrl.isBlank() ? null : originOf(siteUrl);
        development = site == null || local(site);
    }

    /** The configured site's origin, null for none. */
    @Nullable
    String site() {
        return site;
    }

    void write(HttpHeaders headers, @Nullable String origin, boolean docs) {
        String allowed = allowed(origin);
        if (allowed != null) headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
        headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "86400");
        headers.set(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        headers.set(HttpHeaders.CACHE_CONTROL, docs ? "no-cache" : "no-store, no-cache, must-revalidate");
        if (!docs) headers.set(HttpHeaders.PRAGMA, "no-cache");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "strict-origin-when-cross-origin");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Content-Security-Policy", docs ? DOCS_POLICY : API_POLICY);
    }

    private @Nullable String allowed(@Nullable String origin) {
        if (origin != null && (origin.equals(site) || (development && local(origin)))) return origin;
        return site;
    }

    private static boolean local(String origin) {
        if (!origin.startsWith("http://")) return false;
        String rest = origin.substring("http://".length());
        int colon = rest.indexOf(':');
        if (colon < 0) return LOCAL.contains(rest);
        String port = rest.substring(colon + 1);
        return LOCAL.contains(rest.substring(0, colon))
                && !port.isEmpty()
                && port.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static String originOf(String url) {
        URI uri = URI.create(url.strip());
        if (uri.getScheme() == null || uri.getHost() == null)
            throw new IllegalArgumentException("tillstream.site-url must be an absolute URL");
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return (uri.getScheme() + "://" + uri.getHost()).toLowerCase(Locale.ROOT) + port;
    }
}
