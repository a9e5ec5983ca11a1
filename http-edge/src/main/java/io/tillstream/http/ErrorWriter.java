package io.tillstream.http;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refused;
import io.tillstream.http.error.Unavailability;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The one place that writes {@code {"error": {"code", "message", "details"}}}, for everything that is said no to or breaks. */
final class ErrorWriter implements WebExceptionHandler, Ordered {
    private static final Logger log = LoggerFactory.getLogger(ErrorWriter.class);

    /** An error as a client sees it. */
    private record Shown(ErrorCode code, String message, Map<String, List<String>> details) {
        Shown(ErrorCode code, String message) {
            this(code, message, Map.of());
        }
    }

    private final List<Unavailability> unavailabilities;

    ErrorWriter(List<Unavailability> unavailabilities) {
        this.unavailabilities = unavailabilities;
    }

    @Override
    public int getOrder() {
        return -2; // before Spring Boot's own
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable thrown) {
        if (exchange.getResponse().isCommitted()) return Mono.error(thrown);
        Throwable failure = unwrapped(thrown);
        HttpHeaders headers = exchange.getResponse().getHeaders();
        Shown shown = switch (failure) {
            case Invalid invalid -> {
                Long retryAfter = invalid.retryAfter();
                if (retryAfter != null) headers.set(HttpHeaders.RETRY_AFTER, retryAfter.toString());
                yield new Shown(invalid.code(), invalid.getMessage(), invalid.details());
            }
            case Refused refused ->
                new Shown(refused.refusal().code(), refused.refusal().message(), refused.details());
            case MethodNotAllowedException notAllowed -> {
                headers.set(
                        HttpHeaders.ALLOW,
                        notAllowed.getSupportedMethods().stream()
                                        .map(HttpMethod::name)
                                        .sorted()
                                        .collect(Collectors.joining(", "))
                                + ", OPTIONS");
                yield new Shown(ErrorCode.METHOD_NOT_ALLOWED, notAllowed.getHttpMethod() + " is not supported here");
            }
            case ResponseStatusException status -> ofSpring(exchange, status);
            default -> broken(exchange, failure, headers);
        };
        return AnswerWriter.json(exchange.getResponse(), shown.code.status(), body(shown));
    }

    private Shown ofSpring(ServerWebExchange exchange, ResponseStatusException failure) {
        int status = failure.getStatusCode().value();
        if (status == 404)
            return new Shown(
                    ErrorCode.NOT_FOUND,
                    "There is nothing at " + exchange.getRequest().getPath().value());
        if (status == 413) return new Shown(ErrorCode.PAYLOAD_TOO_LARGE, "Request body too large");
        if (status == 503) return new Shown(ErrorCode.SERVICE_UNAVAILABLE, "Temporarily unavailable, try again");
        if (status < 500) return new Shown(ErrorCode.INVALID_INPUT, "Malformed request");
        return broken(exchange, failure, exchange.getResponse().getHeaders());
    }

    private Shown broken(ServerWebExchange exchange, Throwable failure, HttpHeaders headers) {
        EdgeExchange edge = EdgeExchange.orNull(exchange);
        String what = exchange.getRequest().getMethod() + " "
                + exchange.getRequest().getPath().value();
        try (var _ = MDC.putCloseable("request_id", edge == null ? "-" : edge.requestId)) {
            if (unavailable(failure)) {
                log.warn("{}: a backend is unavailable: {}", what, failure.toString());
                headers.set(HttpHeaders.RETRY_AFTER, "1");
                return new Shown(ErrorCode.SERVICE_UNAVAILABLE, "Temporarily unavailable, try again");
            }
            log.error("{} failed", what, failure);
            return new Shown(ErrorCode.INTERNAL_ERROR, "Something went wrong on our side");
        }
    }

    private boolean unavailable(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 10; depth++) {
            for (Unavailability unavailability : unavailabilities) if (unavailability.means(cause)) return true;
            cause = cause.getCause();
        }
        return false;
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable failure = thrown;
        while (failure instanceof CompletionException || failure instanceof ExecutionException) {
            Throwable cause = failure.getCause();
            if (cause == null) break;
            failure = cause;
        }
        return failure;
    }

    private static byte[] body(Shown shown) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode error = json.putObject("error");
        error.put("code", shown.code.name());
        error.put("message", shown.message);
        if (!shown.details.isEmpty()) {
            ObjectNode details = error.putObject("details");
            shown.details.forEach((field, wrong) -> {
                var list = details.putArray(field);
                wrong.forEach(list::add);
            });
        }
        return EventJson.CLIENT.writeValueAsBytes(json);
    }
}
