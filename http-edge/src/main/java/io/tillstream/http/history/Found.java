package io.tillstream.http.history;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.Answer;
import java.time.Instant;

/**
 * One thing, as it is or as it was.
 *
 * @param sequence the version that clients compare
 * @param stale whether an event couldn't be read and it stands still
 * @param moment when; whatever is shown with it is as of then too
 * @param past whether the request asked for the past
 */
public record Found<S>(S state, long sequence, boolean stale, Moment moment, boolean past) {
    public Instant instant() {
        return moment.instant();
    }

    /** Answers with a view of it, its version, and when that was. */
    public <V> Answer<V> answer(V view) {
        Answer<V> answer = Answer.ok(view).version(sequence);
        if (stale) answer = answer.header("X-Tillstream-Stale", "true");
        return past
                ? answer.header("X-As-Of", EventJson.TIMESTAMP.format(instant()))
                        .header("X-As-Of-Sequence", Long.toString(sequence))
                : answer;
    }
}
