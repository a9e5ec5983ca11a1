package io.tillstream.http.history;

import io.tillstream.http.access.Caller;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/** An instant at which a caller looks at the shop: what is embedded in an answer, or computed for it, is as of then. */
public interface Moment {
    Instant instant();

    /** Those of the given ids that there are, by id. */
    <S> Map<UUID, S> findAll(Source<S> of, Collection<UUID> ids);

    /** As things are. */
    record Now(Caller caller, Instant instant) implements Moment {
        @Override
        public <S> Map<UUID, S> findAll(Source<S> of, Collection<UUID> ids) {
            return of.findAll(caller, ids);
        }
    }
}
