package io.tillstream.query.platform;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.Answer;
import java.time.Instant;

/**
 * One thing, as it is or as it was.
 *
 * @param moment when; whatever is shown with it is as of then too
 * @param past whether the request asked for the past
 */
public record Found<S>(Stored<S> stored, Moment moment, boolean past) {
    public S state() {
        return stored.state();
    }

    public Instant instant() {
        return moment.instant();
    }

    /** Answers with a view of it, its version, and when that was. */
    public <V> Answer<V> answer(V view) {
        Answer<V> answer = stored.answer(view);
        return past
                ? answer.header("X-As-Of", EventJson.TIMESTAMP.format(instant()))
                        .header("X-As-Of-Sequence", Long.toString(stored.sequence()))
                : answer;
    }
}
