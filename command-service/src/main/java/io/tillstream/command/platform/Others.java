package io.tillstream.command.platform;

import io.tillstream.events.Concept;
import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.store.WritableStore;
import java.util.List;
import java.util.UUID;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * The other aggregates of a command's mode, folded from the store in its transaction. Good for deciding what to say; what
 * must hold is held by references and claims, since another transaction may be changing them right now.
 */
public final class Others {
    private final WritableStore store;

    Others(WritableStore store) {
        this.store = store;
    }

    /** The state of an aggregate that isn't deleted and is of the command's mode. */
    public <S extends State> @Nullable S live(Concept<S, ?> concept, UUID id) {
        Object mode = CurrentUnitOfWork.get().getMessage().getMetaData().get(MetadataKeys.MODE);
        return store.log().live(concept, Mode.of(String.valueOf(mode)), id).orElse(null);
    }

    /**
     * How many of a kind there are in the command's mode, deleted ones left out. No other command of that mode that asks this
     * goes on before this one has committed, so a quota that is judged by it holds.
     */
    public long countExclusively(Concept<?, ?> concept) {
        Object mode = CurrentUnitOfWork.get().getMessage().getMetaData().get(MetadataKeys.MODE);
        store.jdbc()
                .sql("select pg_advisory_xact_lock(hashtextextended(:what, 0))")
                .param("what", "count " + concept.name() + " " + mode)
                .query(rs -> {});
        return store.jdbc()
                .sql("select count(*) from live_aggregates where aggregate_type = :type and mode = :mode")
                .param("type", concept.name())
                .param("mode", mode)
                .query(Long.class)
                .single();
    }

    /** What an aggregate is to those that refer to it: the names of their references, each once. */
    public List<String> referrers(UUID target) {
        return store.derived().referrers(target);
    }
}
