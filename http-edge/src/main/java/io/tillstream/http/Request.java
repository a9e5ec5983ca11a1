package io.tillstream.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.http.access.Caller;
import io.tillstream.http.text.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a handler may know of its request. Handlers take it as a plain parameter; tests build one. */
public final class Request {
    private static final byte[] NOTHING = {};

    private final @Nullable Caller caller;
    private final String requestId;
    private final @Nullable String traceparent;
    private final String method;
    private final String path;
    private final String route;
    private final Map<String, List<String>> query;
    private final byte[] body;
    private final @Nullable String idempotencyKey;
    private final @Nullable String ifMatch;
    private final @Nullable String lastEventId;
    private final @Nullable String clientIp;
    private final @Nullable String sessionToken;
    private final String host;

    private Request(Builder from) {
        caller = from.caller;
        requestId = from.requestId;
        traceparent = from.traceparent;
        method = from.method;
        path = from.path;
        route = from.route == null ? from.path : from.route;
        query = from.query;
        body = from.body;
        idempotencyKey = from.idempotencyKey;
        ifMatch = from.ifMatch;
        lastEventId = from.lastEventId;
        clientIp = from.clientIp;
        sessionToken = from.sessionToken;
        host = from.host;
    }

    public static Builder builder(String method, String path) {
        return new Builder(method, path);
    }

    /** Who calls; fails on a public route, where that may be nobody. */
    public Caller caller() {
        if (caller == null) throw new IllegalStateException("A public route has no caller");
        return caller;
    }

    /** Who calls, null for nobody: only on public routes. */
    public @Nullable Caller callerOrNull() {
        return caller;
    }

    public String requestId() {
        return requestId;
    }

    /** Where the request is in its trace, as W3C has it; null where traces are off. */
    public @Nullable String traceparent() {
        return traceparent;
    }

    public String method() {
        return method;
    }

    /** As sent, without the query. */
    public String path() {
        return path;
    }

    /** The pattern that matched the path, such as {@code /api/v1/products/{id}}. */
    public String route() {
        return route;
    }

    /** The first value of a query parameter, null when it is absent. */
    public @Nullable String query(String name) {
        List<String> values = query.get(name);
        return values == null ? null : values.getFirst();
    }

    /** Every query parameter with its values, decoded. */
    public Map<String, List<String>> query() {
        return query;
    }

    /** The body's bytes as sent; empty for none. */
    public byte[] body() {
        return body;
    }

    public @Nullable String idempotencyKey() {
        return idempotencyKey;
    }

    /** {@code If-Match} as sent; {@link Etag} judges it. */
    public @Nullable String ifMatch() {
        return ifMatch;
    }

    /** {@code Last-Event-ID} as sent: what a client of a stream has had. */
    public @Nullable String lastEventId() {
        return lastEventId;
    }

    /** The client's address, null when the connection has none. */
    public @Nullable String clientIp() {
        return clientIp;
    }

    /** The session's token when the caller is an admin session. */
    public @Nullable String sessionToken() {
        return sessionToken;
    }

    /** The host name that the client used, without a port. */
    public String host() {
        return host;
    }

    /** SHA-256 over method, path, mode and body: two requests with one idempotency key must have the same. */
    public String fingerprint() {
        MessageDigest digest = Sha256.digest();
        String mode = caller == null ? "" : caller.mode().wire();
        digest.update((method + "\n" + path + "\n" + mode + "\n").getBytes(UTF_8));
        return HexFormat.of().formatHex(digest.digest(body));
    }

    /** Collects the parts of a request; what isn't said is absent. */
    public static final class Builder {
        private final String method;
        private final String path;
        private @Nullable Caller caller;
        private String requestId = "-";
        private @Nullable String traceparent;
        private @Nullable String route;
        private Map<String, List<String>> query = Map.of();
        private byte[] body = NOTHING;
        private @Nullable String idempotencyKey;
        private @Nullable String ifMatch;
        private @Nullable String lastEventId;
        private @Nullable String clientIp;
        private @Nullable String sessionToken;
        private String host = "localhost";

        private Builder(String method, String path) {
            this.method = method;
            this.path = path;
        }

        public Builder caller(@Nullable Caller value) {
            caller = value;
            return this;
        }

        public Builder requestId(String value) {
            requestId = value;
            return this;
        }

        public Builder traceparent(@Nullable String value) {
            traceparent = value;
            return this;
        }

        public Builder route(String value) {
            route = value;
            return this;
        }

        public Builder query(Map<String, List<String>> value) {
            query = value;
            return this;
        }

        public Builder body(byte[] value) {
            body = value;
            return this;
        }

        public Builder idempotencyKey(@Nullable String value) {
            idempotencyKey = value;
            return this;
        }

        public Builder ifMatch(@Nullable String value) {
            ifMatch = value;
            return this;
        }

        public Builder lastEventId(@Nullable String value) {
            lastEventId = value;
            return this;
        }

        public Builder clientIp(@Nullable String value) {
            clientIp = value;
            return this;
        }

        public Builder sessionToken(@Nullable String value) {
            sessionToken = value;
            return this;
        }

        public Builder host(String value) {
            host = value;
            return this;
        }

        public Request build() {
            return new Request(this);
        }
    }
}
