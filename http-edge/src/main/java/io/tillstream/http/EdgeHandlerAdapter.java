package io.tillstream.http;

import io.opentelemetry.api.trace.SpanContext;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.consistency.OwnWrites;
import io.tillstream.http.consistency.ReadModel;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.list.Listing;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Runs every handler on a virtual thread of its own, with the request id in its logging context; a read first waits there
 * until it shows what its caller wrote.
 */
final class EdgeHandlerAdapter extends RequestMappingHandlerAdapter {
    static final String STALE = "X-Tillstream-Stale";
    private static final String TOKEN = "X-Consistency-Token";
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final List<ReadModel> readModels;
    private final KeptAnswers answers = new KeptAnswers();
    private final Scheduler handlers = Schedulers.fromExecutorService(Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("request-", 0).factory()));

    EdgeHandlerAdapter(List<ReadModel> readModels) {
        this.readModels = readModels.stream()
                .sorted(Comparator.comparingInt(
                                (ReadModel model) -> model.prefix().length())
                        .reversed())
                .toList();
    }

    /** Ignored: the hop is made here, before arguments are resolved, and one is enough. */
    @Override
    public void setBlockingExecutor(@Nullable Executor executor) {}

    @Override
    public Mono<HandlerResult> handle(ServerWebExchange exchange, Object handler) {
        EdgeExchange edge = EdgeExchange.orNull(exchange);
        if (edge == null || edge.request == null) return super.handle(exchange, handler);
        ReadModel readModel = readModelOf(exchange);
        Answer<?> kept = readModel == null ? null : kept(exchange, edge, readModel);
        if (kept != null) return Mono.just(result(handler, kept));
        return Mono.defer(() -> {
                    MDC.put("request_id", edge.requestId);
                    SpanContext span = edge.span.getSpanContext();
                    if (span.isSampled()) MDC.put("trace_id", span.getTraceId());
                    if (readModel != null) awaitWrites(exchange, edge, readModel);
                    return readModel == null || edge.keptBy == null
                            ? super.handle(exchange, handler)
                            : made(exchange, handler, readModel, edge.keptBy);
                })
                .subscribeOn(handlers);
    }

    /** An answer that was made of what reads show now, if nothing has to be waited for. */
    private @Nullable Answer<?> kept(ServerWebExchange exchange, EdgeExchange edge, ReadModel readModel) {
        if (edge.keptBy == null || exchange.getRequest().getHeaders().containsHeader(TOKEN)) return null;
        if (edge.ownWrite > readModel.position()) return null;
        Object shown = readModel.shown(); // after the position: it stands for what the caller wrote, too
        return shown == null ? null : answers.find(edge.keptBy, shown);
    }

    private Mono<HandlerResult> made(
            ServerWebExchange exchange, Object handler, ReadModel readModel, KeptAnswers.Key key) {
        Object shown = readModel.shown();
        Mono<HandlerResult> made = super.handle(exchange, handler);
        if (shown == null || exchange.getResponse().getHeaders().containsHeader(STALE)) return made;
        return made.map(result -> {
            Answer<?> answer = switch (result.getReturnValue()) {
                case Answer<?> one when one.status() == 200 -> one.rendered();
                case Listing<?> list -> Answer.rendered(EventJson.CLIENT.writeValueAsBytes(list));
                case null, default -> null;
            };
            if (answer == null) return result;
            // else it may be of either
            if (shown.equals(readModel.shown())) answers.keep(key, shown, answer);
            return result(handler, answer);
        });
    }

    private static HandlerResult result(Object handler, Answer<?> answer) {
        return new HandlerResult(handler, answer, ((HandlerMethod) handler).getReturnType());
    }

    private @Nullable ReadModel readModelOf(ServerWebExchange exchange) {
        String path = exchange.getRequest().getPath().value();
        for (ReadModel model : readModels) if (path.startsWith(model.prefix())) return model;
        return null;
    }

    private static void awaitWrites(ServerWebExchange exchange, EdgeExchange edge, ReadModel readModel) {
        if (edge.readsStore || !EdgeExchange.reads(exchange.getRequest())) return;
        long wanted =
                Math.max(edge.ownWrite, token(exchange.getRequest().getHeaders().getFirst(TOKEN)));
        if (wanted <= readModel.position()) return;
        if (readModel.degraded() || !arrived(readModel, wanted))
            exchange.getResponse().getHeaders().set(STALE, "true");
    }

    private static boolean arrived(ReadModel readModel, long position) {
        try {
            return readModel.await(position, PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static long token(@Nullable String sent) {
        if (sent == null) return OwnWrites.NONE;
        if (sent.isEmpty() || sent.length() > 18 || !sent.chars().allMatch(c -> c >= '0' && c <= '9'))
            throw new Invalid(ErrorCode.INVALID_INPUT, "Invalid " + TOKEN + ": send one that an answer brought");
        return Long.parseLong(sent);
    }
}
