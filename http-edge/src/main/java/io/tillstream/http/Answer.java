package io.tillstream.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.events.envelope.EventJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a handler answers when it isn't a list: {@code {"data": …}}, or nothing at all for 204. Immutable.
 *
 * @param <T> what clients see; written with {@link EventJson#CLIENT}
 */
public final class Answer<T> {
    private static final byte[] NOTHING = {};
    private static final byte[] BEFORE = "{\"data\":".getBytes(UTF_8);

    private final int status;
    private final @Nullable T data;
    private final @Nullable String etag;
    private final Map<String, String> headers;
    private final @Nullable Long writtenAt;
    private byte @Nullable [] body;

    private Answer(
            int status,
            @Nullable T data,
            byte @Nullable [] body,
            @Nullable String etag,
            Map<String, String> headers,
            @Nullable Long writtenAt) {
        this.status = status;
        this.data = data;
        this.body = body;
        this.etag = etag;
        this.headers = headers;
        this.writtenAt = writtenAt;
    }

    public static <T> Answer<T> of(int status, T data) {
        return new Answer<>(status, data, null, null, Map.of(), null);
    }

    public static <T> Answer<T> ok(T data) {
        return of(200, data);
    }

    public static <T> Answer<T> created(T data) {
        return of(201, data);
    }

    public static <T> Answer<T> accepted(T data) {
        return of(202, data);
    }

    public static <T> Answer<T> noContent() {
        return new Answer<>(204, null, NOTHING, null, Map.of(), null);
    }

    /** What a list answers, as bytes. */
    static Answer<Object> rendered(byte[] body) {
        return new Answer<>(200, null, body, null, Map.of(), null);
    }

    /** The same answer without what its bytes were made of. */
    Answer<Object> rendered() {
        return new Answer<>(status, null, body(), etag, headers, writtenAt);
    }

    /** The first answer to an idempotency key, again. */
    public static <T> Answer<T> replayed(int status, byte[] body, @Nullable String etag) {
        return new Answer<T>(status, null, body, etag, Map.of("Idempotent-Replayed", "true"), null);
    }

    /** The version that {@code If-Match} may name: the sequence of the aggregate's last event. */
    public Answer<T> version(long sequence) {
        return new Answer<>(status, data, body, Etag.of(sequence), headers, writtenAt);
    }

    public Answer<T> header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer<>(status, data, body, etag, more, writtenAt);
    }

    /** Where this write is in the store: the caller's next reads wait for it, and others may ask for it by its token. */
    public Answer<T> writtenAt(long position) {
        return new Answer<>(status, data, body, etag, headers, position);
    }

    public int status() {
        return status;
    }

    /** Null for an answer without a body and for a replayed one. */
    public @Nullable T data() {
        return data;
    }

    public @Nullable String etag() {
        return etag;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /** Null when nothing was written. */
    public @Nullable Long writtenAt() {
        return writtenAt;
    }

    /** The bytes that the client gets. */
    public byte[] body() {
        byte[] rendered = body;
        if (rendered == null) {
            byte[] json = EventJson.CLIENT.writeValueAsBytes(data);
            rendered = new byte[BEFORE.length + json.length + 1];
            System.arraycopy(BEFORE, 0, rendered, 0, BEFORE.length);
            System.arraycopy(json, 0, rendered, BEFORE.length, json.length);
            rendered[rendered.length - 1] = '}';
            body = rendered;
        }
        return rendered;
    }
}
