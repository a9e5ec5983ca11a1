package io.tillstream.query.platform;

import io.tillstream.events.Mode;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.Answer;
import java.util.UUID;
import org.bson.Document;

/**
 * One document of a projection.
 *
 * @param position of the last event in it
 * @param sequence the version that clients compare
 * @param stale whether an event couldn't be digested and it stands still
 */
public record Stored<S>(UUID id, Mode mode, long position, long sequence, boolean deleted, S state, boolean stale) {
    static final String ID = "_id";
    static final String MODE = "mode";
    static final String POSITION = "position";
    static final String SEQUENCE = "sequence";
    static final String DELETED = "deleted";
    static final String STATE = "state";

    static <S> Stored<S> read(Document document, Class<S> stateType) {
        return new Stored<>(
                UUID.fromString(document.getString(ID)),
                Mode.of(document.getString(MODE)),
                document.getLong(POSITION),
                document.getLong(SEQUENCE),
                document.getBoolean(DELETED),
                EventJson.STORED.readValue(document.getString(STATE), stateType),
                false);
    }

    Stored<S> asStale() {
        return new Stored<>(id, mode, position, sequence, deleted, state, true);
    }

    /** Answers with a view of it, its version, and whether it stands still. */
    public <V> Answer<V> answer(V view) {
        Answer<V> answer = Answer.ok(view).version(sequence);
        return stale ? answer.header("X-Tillstream-Stale", "true") : answer;
    }

    static <S> Document write(Projection<S> projection, UUID id, Mode mode, long position, S state) {
        Document document = new Document(ID, id.toString())
                .append(MODE, mode.wire())
                .append(DELETED, projection.deleted(state))
                .append(POSITION, position)
                .append(SEQUENCE, projection.sequence(state))
                .append(STATE, EventJson.STORED.writeValueAsString(state));
        document.putAll(projection.keys(state));
        return document;
    }
}
