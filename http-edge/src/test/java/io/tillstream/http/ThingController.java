package io.tillstream.http;

import io.tillstream.http.access.Public;
import io.tillstream.http.access.RequiresEveryScope;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.access.SessionOnly;
import io.tillstream.http.body.Body;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.consistency.Kept;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;
import io.tillstream.http.error.Refused;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.session.Sessions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** One route of every kind. */
@RestController
class ThingController {
    static final UUID ADMIN = UUID.fromString("0197a000-0000-7000-8000-000000000001");

    record Thing(UUID id, int number) {}

    record Seen(
            String requestId,
            String logged,
            boolean virtual,
            String actor,
            String mode,
            @Nullable String ip) {}

    enum ThingRefusal implements Refusal {
        SOLD_OUT;

        @Override
        public ErrorCode code() {
            return ErrorCode.CONFLICT;
        }

        @Override
        public String message() {
            return "Sold out";
        }
    }

    static final class CreateThing extends Body {
        CreateThing() {
            text("name").trimmed().length(1, 20).required();
            money("price");
            object("box", box -> box.text("label").length(0, 5));
        }
    }

    private final Sessions sessions;
    private final AtomicInteger asked = new AtomicInteger();

    ThingController(Sessions sessions) {
        this.sessions = sessions;
    }

    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/things")
    @ListParams(
            sort = {"created_at", "number"},
            search = true,
            filters = "status",
            total = true)
    Listing<Thing> list(ListQuery query) {
        Long after = query.cursor() == null ? null : query.cursor().number();
        List<Thing> rows = IntStream.range(0, 45)
                .mapToObj(n -> new Thing(new UUID(0x7000, n), n))
                .filter(thing -> after == null || thing.number > after)
                .limit(query.limit() + 1L)
                .toList();
        return Listing.page(query, rows, thing -> query.after(thing.number, thing.id), 45L);
    }

    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/things/{id}")
    Answer<Thing> get(@PathVariable UUID id) {
        return Answer.ok(new Thing(id, 1)).version(3);
    }

    /** Counts how often it was asked; -1 is nowhere, and below that it stands still. */
    @Kept
    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/kept/{number}")
    Answer<Integer> kept(@PathVariable int number) {
        if (number == -1) {
            asked.incrementAndGet();
            throw new Refused(ThingRefusal.SOLD_OUT);
        }
        Answer<Integer> answer = Answer.ok(asked.incrementAndGet()).version(number);
        return number < 0 ? answer.header("X-Tillstream-Stale", "true") : answer;
    }

    @Kept
    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/kept")
    @ListParams(sort = "number")
    Listing<Integer> kept(ListQuery query) {
        return Listing.page(
                query, List.of(asked.incrementAndGet()), number -> query.after(number, new UUID(0, 0)), null);
    }

    @RequiresScope(Scope.PRODUCTS_WRITE)
    @PostMapping("/api/v1/things")
    Answer<ObjectNode> create(Request request, @JsonBody(CreateThing.class) Values body) {
        ObjectNode seen = body.json();
        seen.put("fingerprint", request.fingerprint());
        if (request.idempotencyKey() != null) seen.put("idempotency_key", request.idempotencyKey());
        String at = request.query("at");
        Answer<ObjectNode> answer = Answer.created(seen).version(0);
        return at == null ? answer : answer.writtenAt(Long.parseLong(at));
    }

    @RequiresScope(Scope.PRODUCTS_WRITE)
    @PatchMapping("/api/v1/things/{id}")
    Answer<Thing> change(
            Request request, @JsonBody(value = CreateThing.class, optional = true) Values body, @PathVariable UUID id) {
        Etag.required(request.ifMatch(), 3);
        return Answer.ok(new Thing(id, 2));
    }

    @RequiresScope(Scope.PRODUCTS_WRITE)
    @DeleteMapping("/api/v1/things/{id}")
    Answer<Void> delete(@PathVariable UUID id) {
        return Answer.noContent();
    }

    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/seen")
    Answer<Seen> seen(Request request) {
        return Answer.ok(new Seen(
                request.requestId(),
                String.valueOf(MDC.get("request_id")),
                Thread.currentThread().isVirtual(),
                request.caller().actor(),
                request.caller().mode().wire(),
                request.clientIp()));
    }

    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/named/{name}")
    Answer<String> named(@PathVariable String name) {
        return Answer.ok(name);
    }

    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/refused")
    Answer<Void> refused() {
        throw new Refused(ThingRefusal.SOLD_OUT, Map.of("id", List.of("is sold out")));
    }

    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/broken")
    Answer<Void> broken() {
        throw new IllegalStateException("secret detail");
    }

    @RequiresScope(Scope.PRODUCTS_READ)
    @GetMapping("/api/v1/away")
    Answer<Void> away() {
        throw new CannotGetJdbcConnectionException("gone");
    }

    @RequiresEveryScope
    @GetMapping("/api/v1/everything")
    Answer<String> everything() {
        return Answer.ok("all");
    }

    @SessionOnly
    @GetMapping("/api/v1/private")
    Answer<Seen> mine(Request request) {
        return seen(request);
    }

    @SessionOnly
    @PostMapping("/api/v1/private")
    Answer<String> change() {
        return Answer.ok("changed");
    }

    @SessionOnly
    @GetMapping("/api/auth/session")
    Answer<String> session(Request request) {
        return Answer.ok(request.caller().name());
    }

    @Public
    @PostMapping("/api/auth/login")
    Answer<String> login(Request request) {
        String token = sessions.create(ADMIN, "Ada");
        return Answer.ok(token).header("Set-Cookie", sessions.cookie(token, request));
    }
}
