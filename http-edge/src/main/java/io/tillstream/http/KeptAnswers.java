package io.tillstream.http;

import io.tillstream.events.Mode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers as bytes, for as long as the read model shows what it showed when they were made: the next event, and the next switch
 * to other collections, ends all of them. Bounded; those that weren't asked for the longest leave first.
 */
final class KeptAnswers {
    private static final long MOST_BYTES = 16L << 20;
    private static final int LARGEST = 1 << 20;
    private static final int OVERHEAD = 512;

    /**
     * What a {@link io.tillstream.http.consistency.Kept} answer depends on beside the read model.
     *
     * @param query as sent
     */
    record Key(Mode mode, String path, @Nullable String query) {}

    private final Map<Key, Answer<?>> answers = new LinkedHashMap<>(16, 0.75f, true);
    private @Nullable Object shown;
    private long bytes;

    synchronized @Nullable Answer<?> find(Key key, Object nowShown) {
        return nowShown.equals(shown) ? answers.get(key) : null;
    }

    /**
     * Keeps an answer.
     *
     * @param madeOf what the read model showed before it was made, and shows still
     */
    synchronized void keep(Key key, Object madeOf, Answer<?> answer) {
        if (!madeOf.equals(shown)) {
            answers.clear();
            bytes = 0;
            shown = madeOf;
        }
        long size = size(key, answer);
        if (size > LARGEST || answers.putIfAbsent(key, answer) != null) return;
        bytes += size;
        Iterator<Map.Entry<Key, Answer<?>>> oldest = answers.entrySet().iterator();
        while (bytes > MOST_BYTES) {
            Map.Entry<Key, Answer<?>> leaving = oldest.next();
            bytes -= size(leaving.getKey(), leaving.getValue());
            oldest.remove();
        }
    }

    private static long size(Key key, Answer<?> answer) {
        long query = key.query() == null ? 0 : key.query().length();
        return query + OVERHEAD + key.path().length() + answer.body().length;
    }
}
