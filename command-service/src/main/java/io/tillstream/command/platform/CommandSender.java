package io.tillstream.command.platform;

import static io.tillstream.command.platform.PlatformRefusal.CONTENDED;
import static io.tillstream.command.platform.PlatformRefusal.PERSON_ERASED;
import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.tillstream.events.AboutPerson;
import io.tillstream.events.Mode;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.Caller;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refusal;
import io.tillstream.http.error.Refused;
import io.tillstream.http.idempotency.FirstAnswers;
import io.tillstream.http.idempotency.FirstAnswers.Use;
import io.tillstream.http.trace.Traces;
import io.tillstream.store.Appended;
import io.tillstream.store.DerivedRows.ClaimTaken;
import io.tillstream.store.DerivedRows.StillReferredTo;
import io.tillstream.store.DerivedRows.TargetGone;
import io.tillstream.store.IdempotencyAnswers.AlreadyAnswered;
import io.tillstream.store.IdempotencyAnswers.AnswerForgotten;
import io.tillstream.store.IdempotencyAnswers.KeyInUse;
import io.tillstream.store.Sealing.PersonForgotten;
import io.tillstream.store.WritableStore;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.CommandResultMessage;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.callbacks.FutureCallback;
import org.axonframework.common.AxonException;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.messaging.ResultMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * The one way from a request to a committed command. One transaction holds the idempotency key, the events, what the folds
 * derive, and the recorded answer, which are written together ({@link Append}). A loser against another writer is tried again a
 * few times. Claims and references are violated at the append, behind the bus, so their refusals are found here.
 */
public final class CommandSender {
    private static final int ATTEMPTS = 8;
    private static final String DEADLOCK = "40P01";
    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String UNIQUE_VIOLATION = "23505";

    /**
     * Where a command comes from.
     *
     * @param ifMatch the version that the client saw, null for any
     * @param idempotency null where a repetition does no harm
     */
    private record Origin(
            String actor,
            Mode mode,
            String requestId,
            String correlationId,
            @Nullable String traceparent,
            @Nullable String ifMatch,
            @Nullable Use idempotency) {
        Origin within(Span span) {
            return new Origin(actor, mode, requestId, correlationId, Traces.recorded(span), ifMatch, idempotency);
        }

        /** For what follows from a command's events: somebody else does it, for the same request. */
        Origin followedBy(String reaction) {
            return new Origin("system:" + reaction, mode, requestId, correlationId, traceparent, null, null);
        }
    }

    private record Outcome<V>(Answer<V> answer, long position) {}

    private final CommandBus bus;
    private final TransactionManager transactions;
    private final WritableStore store;
    private final Map<String, Refusal> refusalsByName;
    private final List<Reaction> reactions;
    private final Appended appended;
    private final FirstAnswers firstAnswers;
    private final MeterRegistry meters;
    private final Traces traces;
    private final Timer appends;
    private final Counter appendedEvents;

    /**
     * Sends on one bus.
     *
     * @param constraints what a violated claim or reference means, of every concept
     * @param reactions what follows in the same transaction, of every concept
     */
    public CommandSender(
            CommandBus bus,
            TransactionManager transactions,
            WritableStore store,
            List<Constraints> constraints,
            List<Reaction> reactions,
            Appended appended,
            Clock clock,
            MeterRegistry meters,
            Traces traces) {
        this.bus = bus;
        this.transactions = transactions;
        this.store = store;
        this.refusalsByName = new HashMap<>();
        for (Constraints of : constraints) refusalsByName.putAll(of.refusals());
        this.reactions = List.copyOf(reactions);
        this.appended = appended;
        this.firstAnswers = new FirstAnswers(store.answers(), clock);
        this.meters = meters;
        this.traces = traces;
        this.appends = Timer.builder("tillstream.append")
                .description("Writing a command's events, what they derive and its answer, and committing them")
                .register(meters);
        this.appendedEvents = Counter.builder("tillstream.append.events")
                .description("Events appended and committed")
                .register(meters);
    }

    /**
     * Sends a client's command and answers with what it made.
     *
     * @param answer turns the command's result into the answer, inside the transaction
     */
    public <R, V> Answer<V> send(Request request, Object command, Function<R, Answer<V>> answer) {
        return send(origin(request, request.caller().mode()), command, answer);
    }

    /** As above, for an aggregate that belongs to the shop as a whole: keys and admins. */
    public <R, V> Answer<V> sendForShop(Request request, Object command, Function<R, Answer<V>> answer) {
        return send(origin(request, Mode.SHOP), command, answer);
    }

    private static Origin origin(Request request, Mode mode) {
        Caller caller = request.caller();
        return new Origin(
                caller.actor(),
                mode,
                request.requestId(),
                request.requestId(),
                request.traceparent(),
                request.ifMatch(),
                Use.of(request));
    }

    /** Sends a command of one of our own processes; answers what its handler returns. */
    public <R> R sendAs(String process, Mode mode, Object command, Class<R> result) {
        String run = UUID.randomUUID().toString();
        AtomicReference<@Nullable R> returned = new AtomicReference<>();
        send(new Origin("system:" + process, mode, run, run, null, null, null), command, state -> {
            returned.set(result.cast(state));
            return Answer.noContent();
        });
        return requireNonNull(returned.get());
    }

    private <R, V> Answer<V> send(Origin origin, Object command, Function<R, Answer<V>> answer) {
        Timer.Sample started = Timer.start(meters);
        String name = command.getClass().getSimpleName();
        Span span = traces.begin(name, SpanKind.INTERNAL, origin.traceparent());
        String outcome = "failed";
        try {
            Answer<V> answered = sendUntilDecided(origin.within(span), command, answer);
            outcome = "done";
            return answered;
        } catch (Refused | Invalid e) {
            outcome = "refused";
            throw e;
        } finally {
            span.setAttribute("tillstream.outcome", outcome);
            if (outcome.equals("failed")) span.setStatus(StatusCode.ERROR);
            span.end();
            started.stop(Timer.builder("tillstream.commands")
                    .description("From a command's arrival to its commit, races that were tried again included")
                    .tags("command", name, "outcome", outcome)
                    .register(meters));
        }
    }

    private <R, V> Answer<V> sendUntilDecided(Origin origin, Object command, Function<R, Answer<V>> answer) {
        for (int attempt = 1; ; attempt++) {
            try {
                Outcome<V> outcome = attempt(origin, command, answer);
                if (outcome.position() == 0) return outcome.answer();
                appended.signal();
                return outcome.answer().writtenAt(outcome.position());
            } catch (RuntimeException e) {
                Optional<Answer<V>> earlier = earlier(origin, e);
                if (earlier.isPresent()) return earlier.get();
                RuntimeException meant = meaning(e);
                if (meant != null) throw meant;
                if (!lostRace(e)) throw e;
                if (attempt == ATTEMPTS) throw new Refused(CONTENDED);
                backOff(attempt);
            }
        }
    }

    /** A repetition may meet what the first request did, and fail of it. */
    private <V> Optional<Answer<V>> earlier(Origin origin, RuntimeException failure) {
        Use idempotency = origin.idempotency();
        if (idempotency == null || failure instanceof CannotCreateTransactionException) return Optional.empty();
        try {
            Optional<Answer<V>> first = transactions.fetchInTransaction(() -> firstAnswers.<V>earlier(idempotency));
            // it may have been committed just now, and whoever is told of it may read at once
            return first.map(answer -> answer.writtenAt(store.log().highest()));
        } catch (AnswerForgotten e) {
            throw new Refused(PERSON_ERASED);
        } catch (RuntimeException e) {
            if (!(e instanceof Refused)) e.addSuppressed(failure);
            throw e;
        }
    }

    private <R, V> Outcome<V> attempt(Origin origin, Object command, Function<R, Answer<V>> answer) {
        CommandMessage<Object> message = message(origin, command);
        UnitOfWork<CommandMessage<Object>> work = DefaultUnitOfWork.startAndGet(message);
        work.attachTransaction(transactions);
        Append append = Append.begin(store);
        ResultMessage<Answer<V>> result = work.executeWithResult(() -> {
            R made = dispatchWithReactions(origin, message);
            Answer<V> first = answer.apply(made);
            Use idempotency = origin.idempotency();
            if (idempotency != null)
                firstAnswers.takeAndRecord(
                        append.statements(),
                        idempotency,
                        first,
                        made instanceof AboutPerson person && !person.showsNobody() ? person.personId() : null);
            work.onPrepareCommit(committing -> commit(append, origin)); // behind those that add the events
            return first;
        });
        if (result.isExceptional()) throw unchecked(result.exceptionResult());
        appendedEvents.increment(append.events());
        return new Outcome<>(result.getPayload(), append.lastPosition());
    }

    private void commit(Append append, Origin origin) {
        // only under a command that is recorded: what is nobody's cause begins no trace
        Span span = append.events() == 0 || origin.traceparent() == null
                ? Span.getInvalid()
                : traces.begin("append", SpanKind.INTERNAL, origin.traceparent());
        try {
            append.commit();
            if (append.events() > 0) appends.record(append.took());
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR);
            throw e;
        } finally {
            span.setAttribute("tillstream.events", append.events());
            span.end();
        }
    }

    private static CommandMessage<Object> message(Origin origin, Object command) {
        Map<String, Object> metadata = new HashMap<>();
        metadata.put(MetadataKeys.ACTOR, origin.actor());
        metadata.put(MetadataKeys.MODE, origin.mode().wire());
        metadata.put(MetadataKeys.REQUEST_ID, origin.requestId());
        metadata.put(MetadataKeys.CORRELATION_ID, origin.correlationId());
        if (origin.traceparent() != null) metadata.put(MetadataKeys.TRACEPARENT, origin.traceparent());
        if (origin.ifMatch() != null) metadata.put(MetadataKeys.IF_MATCH, origin.ifMatch());
        return new GenericCommandMessage<>(command, metadata);
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // the command's handler decides what it returns
    private <R> R dispatchWithReactions(Origin origin, CommandMessage<Object> message) {
        R made = dispatch(message);
        Happened happened = Happened.current();
        for (Happened.Event event = happened.next(); event != null; event = happened.next()) {
            for (Reaction reaction : reactions) {
                Origin following = origin.followedBy(reaction.getClass().getSimpleName());
                for (Object command : reaction.to(event.event(), origin.mode()))
                    dispatch(message(following, command).andMetaData(Map.of(MetadataKeys.CAUSATION_ID, event.id())));
            }
        }
        return made;
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // the command's handler decides what it returns
    private <R> R dispatch(CommandMessage<Object> message) {
        FutureCallback<Object, R> callback = new FutureCallback<>();
        bus.dispatch(message, callback);
        CommandResultMessage<? extends R> result = callback.getResult(); // the bus handles on this thread
        if (result.isExceptional()) throw unchecked(result.exceptionResult());
        return result.getPayload();
    }

    /** What a client is told about a refusal or a violated constraint; null for anything else. */
    private @Nullable RuntimeException meaning(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case Refused refused -> {
                    return refused;
                }
                case Invalid invalid -> {
                    return invalid;
                }
                case ClaimTaken taken -> {
                    return refused(taken.claim().concept());
                }
                case TargetGone gone -> {
                    return refused(gone.reference().name());
                }
                case StillReferredTo referred -> {
                    List<String> by = store.derived().referrers(referred.id());
                    return new Refused(refusal(referred.aggregateType()), Map.of("referred_to_by", by));
                }
                case PersonForgotten _ -> {
                    return new Refused(PERSON_ERASED);
                }
                default -> {}
            }
        }
        return null;
    }

    private Refused refused(String constraint) {
        return new Refused(refusal(constraint));
    }

    private Refusal refusal(String constraint) {
        Refusal refusal = refusalsByName.get(constraint);
        if (refusal == null) throw new IllegalStateException("No concept says what " + constraint + " means");
        return refusal;
    }

    private static boolean lostRace(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AlreadyAnswered || cause instanceof KeyInUse) return true;
            if (cause instanceof SQLException sql) {
                String state = String.valueOf(sql.getSQLState());
                if (state.equals(DEADLOCK) || state.equals(SERIALIZATION_FAILURE) || state.equals(UNIQUE_VIOLATION))
                    return true;
            }
        }
        return false;
    }

    private static void backOff(int attempt) {
        LockSupport.parkNanos(
                TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(1, 5L << Math.min(attempt, 5))));
    }

    private static RuntimeException unchecked(Throwable failure) {
        return failure instanceof RuntimeException runtime
                ? runtime
                : new AxonException("A command failed", failure) {};
    }
}
