package io.tillstream.standalone.openapi;

import static io.tillstream.standalone.openapi.RecordSchemas.JSON;
import static java.util.Comparator.comparingInt;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.tillstream.http.Etag;
import io.tillstream.http.access.Access;
import io.tillstream.http.access.Scope;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.Pagination;
import io.tillstream.webhook.payload.Catalogue;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OpenAPI 3.1 document of the API, made from what the handlers, bodies, views and refusals declare. A new endpoint needs
 * nothing here; a new concept needs its line in {@link #TAGS}.
 */
final class OpenApiDocument {
    private static final String JSON_TYPE = "application/json";
    /**
     * How a concept is shown.
     *
     * @param noun what an unknown one is called
     */
    private record Tag(String name, String noun, String description) {}

    /** By the last part of the controllers' package, in the order of the document. */
    private static final Map<String, Tag> TAGS = new LinkedHashMap<>();

    static {
        TAGS.put("product", new Tag("Products", "Product", "What the shop sells: prices, content, availability."));
        TAGS.put("category", new Tag("Categories", "Category", "Groups that products are shown in."));
        TAGS.put("tag", new Tag("Tags", "Tag", "Short labels of products."));
        TAGS.put("user", new Tag("Users", "User", "Customers' accounts, with what they have access to."));
        TAGS.put(
                "access",
                new Tag(
                        "Access",
                        "Access",
                        "Which customer may use which product, and until when: grant, extend, revoke."));
        TAGS.put(
                "apikey",
                new Tag(
                        "API keys",
                        "API key",
                        "Credentials of programs: scopes, rate limits, rotation. Managed in an admin session only."));
        Tag webhooks =
                new Tag("Webhooks", "Webhook", "Where the shop's events are posted to, and how they are signed.");
        TAGS.put("webhook", webhooks);
        TAGS.put("endpoint", webhooks);
        TAGS.put(
                "delivery",
                new Tag("Webhook deliveries", "Webhook delivery", "What was posted to webhooks, and how that went."));
        TAGS.put("admin", new Tag("Session", "Session", "Signing in and out as an admin."));
        TAGS.put("event", new Tag("Events", "Event", "All of history, in pages or as it happens."));
        TAGS.put("proof", new Tag("Proofs", "Event", "Signed heads of the history, and the way from an event to one."));
        TAGS.put(
                "replay",
                new Tag("Replays", "Replay", "Building read models anew from all events, while reads go on."));
        TAGS.put("http", new Tag("Description", "Document", "This document, and the schemas of published events."));
    }

    private static final String DESCRIPTION = """
            The API of Tillstream, an event-sourced commerce backend for digital goods.

            **Credentials.** A program sends its API key as `Authorization: Bearer <key>` or `X-API-Key: <key>`; the key's \
            prefix says whether it acts on live or test data. A person has an admin session (a cookie), whose changes need a \
            same-origin `Origin` header and whose mode `X-Tillstream-Mode` chooses. A session may do everything; a key may do \
            what its scopes say, and a write scope implies the read scope.

            **Answers.** `{"data": …}`, lists with `pagination`, errors as `{"error": {"code", "message", "details"}}` where \
            `details` are keyed by field. Money is an integer in minor units (2900 is 29.00) with an ISO 4217 currency. \
            Timestamps are RFC 3339 in UTC with milliseconds. Unknown body fields and query parameters are ignored unless said \
            otherwise.

            **Repeating and racing.** A POST with an `Idempotency-Key` can be repeated safely for 30 days. `ETag` and \
            `If-Match` refuse a change of what has changed meanwhile. A credential always sees its own writes.

            **The past.** Nothing is overwritten: `…/history` of a resource lists what happened to it, by whom and with which \
            changes, and `?as_of=` shows it as it was at an instant.

            **Limits.** A key has a number of requests per minute; every answer says in `RateLimit` what is left of it. Request \
            bodies have at most 1 MiB.""";

    private static final Problem FOREIGN_ORIGIN = new Problem(
            "FORBIDDEN_origin",
            ErrorCode.FORBIDDEN,
            "A session's changes need an Origin header that names this site; no permission for another one",
            "",
            "");

    private final List<Endpoint> endpoints;
    private final RecordSchemas records;
    private final Map<String, ObjectNode> schemas = new TreeMap<>();
    private final Examples examples = new Examples(schemas);
    private final ObjectNode responses = JSON.objectNode();

    private OpenApiDocument(List<Endpoint> endpoints, JavaDocs docs) {
        this.endpoints = endpoints.stream()
                .sorted(comparingInt((Endpoint endpoint) -> place(endpoint.concept()))
                        .thenComparing(Endpoint::path)
                        .thenComparingInt(endpoint ->
                                List.of("GET", "POST", "PUT", "PATCH", "DELETE").indexOf(endpoint.method())))
                .toList();
        Map<String, ObjectNode> written = new HashMap<>();
        for (Endpoint endpoint : this.endpoints)
            endpoint.body()
                    .ifPresent(sent -> written.computeIfAbsent(endpoint.concept(), c -> JSON.objectNode())
                            .setAll((ObjectNode) sent.body().schema().path("properties")));
        this.records = RecordSchemas.forClients(docs, written::get);
    }

    /** The document of these endpoints. */
    static ObjectNode of(List<Endpoint> endpoints, JavaDocs docs) {
        return new OpenApiDocument(endpoints, docs).document();
    }

    private static int place(String concept) {
        int place = List.copyOf(TAGS.keySet()).indexOf(concept);
        if (place < 0)
            throw new AssertionError("The concept " + concept + " has no tag: add it to OpenApiDocument.TAGS");
        return place;
    }

    private static Tag tag(Endpoint endpoint) {
        return TAGS.getOrDefault(endpoint.concept(), new Tag("", "", ""));
    }

    private ObjectNode document() {
        ObjectNode document = JSON.objectNode();
        document.put("openapi", "3.1.0");
        ObjectNode info = document.putObject("info");
        info.put("title", "Tillstream API");
        info.put("version", "1.0.0");
        info.put("summary", "Merchant API of an event-sourced commerce backend");
        info.put("description", DESCRIPTION);
        info.putObject("contact").put("name", "Tillstream");
        info.putObject("license").put("name", "Apache License 2.0").put("identifier", "Apache-2.0");
        ObjectNode server = document.putArray("servers").addObject();
        server.put("url", "/").put("description", "The server that this document comes from");
        ArrayNode tags = document.putArray("tags");
        Set<String> used = endpoints.stream().map(Endpoint::concept).collect(Collectors.toSet());
        TAGS.forEach((concept, tag) -> {
            if (used.contains(concept) && !tags.findValuesAsString("name").contains(tag.name()))
                tags.addObject().put("name", tag.name()).put("description", tag.description());
        });
        records.reference(Pagination.class);
        ObjectNode paths = JSON.objectNode();
        for (Endpoint endpoint : endpoints) {
            String path = wire(endpoint.path());
            ObjectNode item = paths.path(path) instanceof ObjectNode known ? known : paths.putObject(path);
            item.set(endpoint.method().toLowerCase(Locale.ROOT), operation(endpoint));
        }
        document.set("paths", paths);
        document.set("webhooks", webhooks());
        document.set("components", components());
        return document;
    }

    /** What the shop posts to receivers. */
    private static ObjectNode webhooks() {
        ObjectNode all = JSON.objectNode();
        for (Catalogue.Entry entry : Catalogue.all()) {
            String name = entry.name().wire();
            ObjectNode post = all.putObject(name).putObject("post");
            post.putArray("tags").add("Webhooks");
            post.put("summary", entry.description());
            post.put(
                    "description",
                    entry.description() + "." + (entry.fires() ? "" : " Nothing in the shop makes it happen yet.")
                            + " Signed as Standard Webhooks has it; answer 2xx within 5 seconds.");
            post.put("operationId", "on" + camel(name));
            post.putArray("security");
            ArrayNode headers = post.putArray("parameters");
            header(headers, "webhook-id", "The same for every attempt", "5f0c8e1e-0a51-4b6f-9d0a-0f2d6a1c9b11");
            header(headers, "webhook-timestamp", "Unix seconds of this attempt", "1772790583");
            header(
                    headers,
                    "webhook-signature",
                    "One or more, separated by blanks",
                    "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=");
            header(headers, "X-Tillstream-Sequence", "Counts the deliveries of a webhook, without gaps", "4711");
            ObjectNode body = post.putObject("requestBody").put("required", true);
            ObjectNode media = body.putObject("content").putObject("application/json");
            media.set("schema", entry.schema());
            media.set("example", entry.example());
            post.putObject("responses").putObject("2XX").put("description", "Received");
        }
        return all;
    }

    private static String camel(String name) {
        return Arrays.stream(name.split("[._]", -1))
                .map(part -> part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1))
                .collect(Collectors.joining());
    }

    private static void header(ArrayNode headers, String name, String description, String example) {
        ObjectNode header = headers.addObject();
        header.put("name", name).put("in", "header").put("required", !name.startsWith("X-"));
        header.put("description", description);
        header.putObject("schema").put("type", "string");
        header.put("example", example);
    }

    /** Path variables as clients read them. */
    private static String wire(String path) {
        return Arrays.stream(path.split("(?<=/)|(?=/)"))
                .map(part -> part.startsWith("{") ? JavaDocs.snake(part) : part)
                .collect(Collectors.joining());
    }

    // --- one operation

    private ObjectNode operation(Endpoint endpoint) {
        var declared = endpoint.operation();
        ObjectNode operation = JSON.objectNode();
        operation.putArray("tags").add(tag(endpoint).name());
        operation.put("summary", declared.summary());
        operation.put("description", description(endpoint));
        operation.put("operationId", declared.operationId().isEmpty() ? id(endpoint) : declared.operationId());
        security(operation, endpoint);
        ArrayNode parameters = parameters(endpoint);
        if (!parameters.isEmpty()) operation.set("parameters", parameters);
        endpoint.body().ifPresent(sent -> operation.set("requestBody", requestBody(sent)));
        operation.set("responses", responses(endpoint));
        return operation;
    }

    private static String description(Endpoint endpoint) {
        String said = endpoint.operation().description();
        String text = said.isEmpty() ? endpoint.operation().summary() + "." : said;
        return text + "\n\n"
                + switch (endpoint.access()) {
                    case Access.Open() -> "Needs no credential.";
                    case Access.Session() -> "Needs an admin session; API keys are not accepted.";
                    case Access.Scoped(Scope scope) ->
                        "Needs an API key with the scope `" + scope.wire() + "`, or an admin" + " session.";
                    case Access.EveryScope() -> "Needs an API key with every scope, or an admin session.";
                };
    }

    private static String id(Endpoint endpoint) {
        String what =
                endpoint.handler().getDeclaringClass().getSimpleName().replaceFirst("(Command|Query)?Controller$", "");
        if (endpoint.tellsHistory()) return "get" + what + "History";
        if (endpoint.lists()) what = what.endsWith("s") ? what : what.replaceFirst("(?<=[^aeiou])y$", "ie") + "s";
        String verb = endpoint.handler().getName();
        return (verb.equals("change") ? "update" : verb) + what;
    }

    private static void security(ObjectNode operation, Endpoint endpoint) {
        ArrayNode security = operation.putArray("security");
        List<Scope> scopes = switch (endpoint.access()) {
            case Access.Open() -> List.of();
            case Access.Session() -> List.of();
            case Access.Scoped(Scope scope) -> List.of(scope);
            case Access.EveryScope() -> List.of(Scope.values());
        };
        if (endpoint.open()) return;
        if (!scopes.isEmpty()) {
            // Linters want roles of an OAuth flow only, so the scopes stand in a list of their own.
            security.addObject().putArray("bearer");
            security.addObject().putArray("apiKey");
            ArrayNode required = operation.putArray("x-required-scopes");
            scopes.forEach(scope -> required.add(scope.wire()));
        }
        security.addObject().putArray("session");
    }

    private ArrayNode parameters(Endpoint endpoint) {
        ArrayNode parameters = JSON.arrayNode();
        for (var variable : endpoint.pathVariables()) {
            String declared = variable.getAnnotation(PathVariable.class).value();
            parameters.add(inPath(JavaDocs.snake(declared.isEmpty() ? variable.getName() : declared), variable));
        }
        ListParams list = endpoint.list();
        if (list != null) listParameters(endpoint, list, parameters);
        Set<String> filters = list == null ? Set.of() : Set.of(list.filters());
        for (Parameter parameter : endpoint.handler().getAnnotationsByType(Parameter.class))
            if (!filters.contains(parameter.name())) parameters.add(inQuery(parameter.name(), parameter));
        for (var argument : endpoint.handler().getParameters()) {
            if (!argument.isAnnotationPresent(RequestParam.class)) continue;
            Parameter said = argument.getAnnotation(Parameter.class);
            if (said == null) throw new AssertionError(argument + " needs @Parameter(description = …)");
            parameters.add(inQuery(argument.getName(), said));
        }
        for (String header : headerParameters(endpoint))
            parameters.addObject().put("$ref", "#/components/parameters/" + header);
        return parameters;
    }

    private static Stream<String> withIf(boolean condition, String name) {
        return condition ? Stream.of(name) : Stream.empty();
    }

    private static List<String> headerParameters(Endpoint endpoint) {
        return Stream.of(
                        withIf(endpoint.travels(), "AsOf"),
                        withIf(endpoint.travels(), "AsOfSequence"),
                        withIf(endpoint.repeatable(), "IdempotencyKey"),
                        withIf(endpoint.commands() && endpoint.endsWithId(), "IfMatch"),
                        withIf(
                                endpoint.reads() && !endpoint.fromStore() && !endpoint.open() && endpoint.inStore(),
                                "Token"),
                        withIf(endpoint.streams(), "LastEventId"),
                        withIf(!endpoint.open(), "Mode"),
                        Stream.of("RequestId"))
                .flatMap(names -> names)
                .toList();
    }

    private static ObjectNode inPath(String name, java.lang.reflect.Parameter variable) {
        ObjectNode parameter = JSON.objectNode();
        parameter.put("name", name).put("in", "path").put("required", true);
        Parameter said = variable.getAnnotation(Parameter.class);
        ObjectNode schema = JSON.objectNode().put("type", "string");
        if (variable.getType() == UUID.class) schema.put("format", "uuid");
        if (said != null) parameter.put("description", said.description());
        else if (name.equals("id")) parameter.put("description", "Its id");
        else parameter.put("description", "Id of the " + name.replaceFirst("_id$", ""));
        parameter.set("schema", schema);
        parameter.put("example", said == null || said.example().isEmpty() ? Examples.ID : said.example());
        return parameter;
    }

    private void listParameters(Endpoint endpoint, ListParams list, ArrayNode parameters) {
        parameters.addObject().put("$ref", "#/components/parameters/Limit");
        parameters.addObject().put("$ref", "#/components/parameters/Cursor");
        ObjectNode sortBy = parameters.addObject();
        sortBy.put("name", "sort_by")
                .put("in", "query")
                .put("description", "What to sort by; an unknown one is an error");
        ObjectNode columns = sortBy.putObject("schema").put("type", "string");
        Arrays.stream(list.sort()).forEach(columns.putArray("enum")::add);
        columns.put("default", list.sort()[0]);
        ObjectNode order = parameters.addObject();
        String byDefault = list.ascending() ? "asc" : "desc";
        order.put("name", "sort_order").put("in", "query").put("description", "Direction of the sort, the ids' too");
        ObjectNode orders = order.putObject("schema").put("type", "string").put("default", byDefault);
        orders.putArray("enum").add("asc").add("desc");
        if (list.search()) {
            ObjectNode search = parameters.addObject();
            search.put("name", "search").put("in", "query").put("description", "Text to find, whatever its case");
            ObjectNode text = search.putObject("schema").put("type", "string");
            if (list.searchMaxLength() < Integer.MAX_VALUE) text.put("maxLength", list.searchMaxLength());
            text.putArray("examples").add(endpoint.path().endsWith("/users") ? "ada" : "brushes");
        }
        for (String filter : list.filters()) {
            Parameter said = Arrays.stream(endpoint.handler().getAnnotationsByType(Parameter.class))
                    .filter(parameter -> parameter.name().equals(filter))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(
                            endpoint.handler() + " needs @Parameter(name = \"" + filter + "\", description = …)"));
            parameters.add(inQuery(filter, said));
        }
    }

    private static ObjectNode inQuery(String name, Parameter said) {
        ObjectNode parameter = JSON.objectNode();
        parameter.put("name", name).put("in", "query").put("description", said.description());
        ObjectNode schema = parameter.putObject("schema").put("type", "string");
        if (said.schema().maxLength() < Integer.MAX_VALUE)
            schema.put("maxLength", said.schema().maxLength());
        if (!said.schema().pattern().isEmpty())
            schema.put("pattern", said.schema().pattern());
        if (said.schema().allowableValues().length > 0)
            Arrays.stream(said.schema().allowableValues()).forEach(schema.putArray("enum")::add);
        if (!said.example().isEmpty()) schema.putArray("examples").add(said.example());
        return parameter;
    }

    private ObjectNode requestBody(Endpoint.Sent sent) {
        ObjectNode body = JSON.objectNode();
        String name = sent.body().name();
        ObjectNode schema = sent.body().schema();
        ObjectNode before = schemas.putIfAbsent(name, schema);
        if (before != null && !before.equals(schema)) throw new AssertionError("Two bodies are called " + name);
        body.put("description", sent.optional() ? "May be left out" : "A JSON object");
        body.put("required", !sent.optional());
        ObjectNode media = body.putObject("content").putObject(JSON_TYPE);
        media.putObject("schema").put("$ref", "#/components/schemas/" + name);
        media.set("example", examples.request(schema));
        return body;
    }

    // --- answers

    private ObjectNode responses(Endpoint endpoint) {
        Map<String, ObjectNode> byStatus = new TreeMap<>();
        successes(endpoint, byStatus);
        Map<Integer, List<Problem>> problems = new TreeMap<>();
        for (Problem problem : problems(endpoint))
            problems.computeIfAbsent(problem.status(), s -> new ArrayList<>()).add(problem);
        problems.forEach((status, of) -> byStatus.put(status.toString(), error(of)));
        ObjectNode all = JSON.objectNode();
        byStatus.forEach(all::set);
        return all;
    }

    private void successes(Endpoint endpoint, Map<String, ObjectNode> byStatus) {
        List<ApiResponse> said = Arrays.stream(endpoint.handler().getAnnotationsByType(ApiResponse.class))
                .filter(response -> response.responseCode().startsWith("2"))
                .toList();
        for (ApiResponse response : said)
            byStatus.put(
                    response.responseCode(),
                    success(
                            endpoint,
                            response.responseCode(),
                            response.description(),
                            response.headers(),
                            mediaType(response)));
        if (!said.isEmpty()) return;
        Type data = endpoint.data();
        String status = data == Void.class ? "204" : endpoint.method().equals("POST") ? "201" : "200";
        String description = switch (endpoint.method()) {
            case "GET" ->
                endpoint.lists()
                        ? "A page of the list"
                        : endpoint.travels() ? "As it is, or as it was" : "As it is now";
            case "POST" -> data == Void.class ? "Done; no body" : "Created";
            case "DELETE" -> data == Void.class ? "Gone; no body" : "As it is after that";
            default -> "As it is after the change";
        };
        byStatus.put(status, success(endpoint, status, description, new Header[0], JSON_TYPE));
    }

    private static String mediaType(ApiResponse response) {
        return response.content().length == 0 ? JSON_TYPE : response.content()[0].mediaType();
    }

    private ObjectNode success(
            Endpoint endpoint, String status, String description, Header[] further, String mediaType) {
        ObjectNode response = JSON.objectNode();
        response.put("description", description);
        ObjectNode headers = response.putObject("headers");
        headerRef(headers, "X-Request-Id", "RequestId");
        boolean single = endpoint.data() instanceof Class<?> type && type != Void.class && !endpoint.lists();
        boolean inStore = !endpoint.open() && endpoint.inStore();
        if (single && inStore && !endpoint.actsOnOne()) headerRef(headers, "ETag", "ETag");
        if (endpoint.commands()) headerRef(headers, "X-Consistency-Token", "ConsistencyToken");
        if (endpoint.repeatable()) headerRef(headers, "Idempotent-Replayed", "IdempotentReplayed");
        if (endpoint.reads() && inStore && !endpoint.fromStore()) headerRef(headers, "X-Tillstream-Stale", "Stale");
        if (endpoint.travels()) {
            headerRef(headers, "X-As-Of", "AsOf");
            headerRef(headers, "X-As-Of-Sequence", "AsOfSequence");
        }
        if (endpoint.access() instanceof Access.Scoped || endpoint.access() instanceof Access.EveryScope)
            limitHeaders(headers);
        for (Header header : further) {
            ObjectNode described = headers.putObject(header.name()).put("description", header.description());
            described.putObject("schema").put("type", "string");
        }
        if (status.equals("204")) return response;
        ObjectNode media = response.putObject("content").putObject(mediaType);
        if (endpoint.data() == null) {
            media.putObject("schema").put("type", "object").put("description", "A JSON document");
            media.set("example", JSON.objectNode());
            return response;
        }
        ObjectNode envelope = envelope(endpoint);
        media.set("schema", envelope);
        schemas.putAll(records.components());
        media.set("example", example(endpoint, envelope));
        if (endpoint.streams()) stream((ObjectNode) response.path("content"));
        return response;
    }

    private static void stream(ObjectNode content) {
        ObjectNode media = content.putObject("text/event-stream");
        media.putObject("schema")
                .put("type", "string")
                .put(
                        "description",
                        "Server-sent events: `id` is the position, `event` the type, `data` the event in JSON");
        media.put("example", "id: 4711\nevent: product.activated\ndata: {\"specversion\":\"1.0\",…}\n\n");
    }

    private ObjectNode envelope(Endpoint endpoint) {
        if (!(endpoint.data() instanceof Class<?> data))
            throw new AssertionError(endpoint.handler() + " answers a generic");
        ObjectNode envelope = JSON.objectNode().put("type", "object");
        ObjectNode properties = envelope.putObject("properties");
        if (endpoint.lists()) {
            properties.putObject("data").put("type", "array").set("items", records.reference(data));
            properties.set("pagination", records.reference(Pagination.class));
            envelope.putArray("required").add("data").add("pagination");
        } else {
            properties.set("data", records.reference(data));
            envelope.putArray("required").add("data");
        }
        return envelope;
    }

    private JsonNode example(Endpoint endpoint, ObjectNode envelope) {
        ObjectNode example = (ObjectNode) examples.of(envelope);
        ListParams list = endpoint.list();
        if (list != null) {
            ObjectNode pagination = (ObjectNode) example.path("pagination");
            pagination.putNull("cursor").putNull("next_cursor");
            pagination.put("has_more", false);
            if (list.total()) pagination.put("total", 1);
            else pagination.remove("total");
        }
        return example;
    }

    private List<Problem> problems(Endpoint endpoint) {
        List<Problem> problems = new ArrayList<>();
        malformed(endpoint, problems);
        boolean keyed = endpoint.access() instanceof Access.Scoped || endpoint.access() instanceof Access.EveryScope;
        if (!endpoint.open()) {
            problems.add(Problem.of(
                    ErrorCode.UNAUTHORIZED,
                    keyed ? "Authentication required" : "An admin session is needed here; API keys are not accepted"));
            problems.add(Problem.of(ErrorCode.INVALID_TOKEN, "Invalid API key"));
            problems.add(Problem.of(ErrorCode.RATE_LIMITED, "Rate limit exceeded. Maximum 60 requests per minute."));
        }
        if (endpoint.access() instanceof Access.Scoped(Scope scope))
            problems.add(Problem.of(ErrorCode.FORBIDDEN, "This API key lacks the permission " + scope.wire()));
        else if (endpoint.access() instanceof Access.EveryScope)
            problems.add(Problem.of(
                    ErrorCode.FORBIDDEN, "This API key lacks permissions: a key with every scope is needed here"));
        if (endpoint.changes()) problems.add(FOREIGN_ORIGIN);
        boolean saysItself = endpoint.refusals().stream().anyMatch(refusal -> refusal.code() == ErrorCode.NOT_FOUND);
        if (endpoint.reads() && endpoint.hasId() && (!endpoint.lists() || endpoint.tellsHistory()) && !saysItself)
            problems.add(Problem.of(ErrorCode.NOT_FOUND, tag(endpoint).noun() + " not found"));
        endpoint.refusals().stream().map(Problem::of).forEach(problems::add);
        if (endpoint.repeatable())
            Refusals.in("io.tillstream.http.idempotency").stream()
                    .map(Problem::of)
                    .forEach(problems::add);
        if (endpoint.commands()) {
            for (Refusal refusal : Refusals.in("io.tillstream.command.platform")) {
                boolean ofPersons = Refusals.name(refusal).startsWith("PERSON_");
                if (!ofPersons || endpoint.path().equals("/api/v1/users")) problems.add(Problem.of(refusal));
            }
            if (endpoint.endsWithId())
                problems.add(Problem.of(Etag.changed().code(), Etag.changed().getMessage()));
        }
        if (!endpoint.reads())
            problems.add(Problem.of(ErrorCode.PAYLOAD_TOO_LARGE, "Request body too large: at most 1048576 bytes"));
        for (ApiResponse response : endpoint.handler().getAnnotationsByType(ApiResponse.class))
            if (!response.responseCode().startsWith("2")) problems.add(said(response));
        problems.add(Problem.of(ErrorCode.INTERNAL_ERROR, "Something went wrong on our side"));
        problems.add(Problem.of(ErrorCode.SERVICE_UNAVAILABLE, "Temporarily unavailable, try again"));
        return problems;
    }

    /** An error that only this handler answers: its description is {@code CODE: message}. */
    private static Problem said(ApiResponse response) {
        String[] parts = response.description().split(": ", 2);
        Problem problem = Problem.of(ErrorCode.valueOf(parts[0]), parts[1]);
        if (!response.responseCode().equals(Integer.toString(problem.status())))
            throw new AssertionError(parts[0] + " isn't answered with " + response.responseCode());
        return problem;
    }

    private static void malformed(Endpoint endpoint, List<Problem> problems) {
        for (var variable : endpoint.pathVariables()) {
            if (variable.getType() != UUID.class) continue;
            String name = JavaDocs.snake(variable.getName());
            problems.add(Problem.ofField(
                    ErrorCode.INVALID_INPUT,
                    "Invalid " + name + " in the path: must be a UUID",
                    name,
                    "must be a UUID"));
        }
        if (endpoint.travels()) {
            String malformed = "must be an RFC 3339 timestamp";
            String future = "must not be in the future";
            problems.add(
                    Problem.ofField(ErrorCode.INVALID_INPUT, "Invalid as_of: it " + malformed, "as_of", malformed));
            problems.add(Problem.ofField(ErrorCode.INVALID_INPUT, "Invalid as_of: it " + future, "as_of", future));
        }
        if (endpoint.list() != null) {
            String sorts =
                    "must be one of: " + String.join(", ", endpoint.list().sort());
            problems.add(Problem.ofField(ErrorCode.INVALID_INPUT, "Invalid sort_by: " + sorts, "sort_by", sorts));
        }
        endpoint.body().ifPresent(sent -> {
            problems.add(
                    Problem.of(ErrorCode.INVALID_INPUT, "The request's body is not valid JSON (line 1, column 17)"));
            ObjectNode schema = sent.body().schema();
            JsonNode required = schema.path("required");
            String field = required.isEmpty()
                    ? schema.path("properties").propertyNames().iterator().next()
                    : required.get(0).asString();
            String wrong = required.isEmpty() ? "must not be null" : "is required";
            problems.add(
                    Problem.ofField(ErrorCode.VALIDATION_ERROR, "Invalid input: " + field + " " + wrong, field, wrong));
        });
        if (problems.isEmpty() && !endpoint.open())
            problems.add(Problem.of(ErrorCode.INVALID_INPUT, "Invalid X-Tillstream-Mode: must be live or test"));
    }

    /** The answer to problems of one status; one that many operations have is a component. */
    private ObjectNode error(List<Problem> problems) {
        int status = problems.getFirst().status();
        ObjectNode response = JSON.objectNode();
        response.put(
                "description",
                problems.stream()
                        .map(problem -> "`" + problem.code() + "`: " + problem.message())
                        .distinct()
                        .collect(Collectors.joining("\n\n")));
        ObjectNode headers = response.putObject("headers");
        headerRef(headers, "X-Request-Id", "RequestId");
        if (status == 429) limitHeaders(headers);
        if (status == 429 || status == 503) headerRef(headers, "Retry-After", "RetryAfter");
        ObjectNode media = response.putObject("content").putObject(JSON_TYPE);
        media.putObject("schema").put("$ref", "#/components/schemas/Error");
        ObjectNode shown = media.putObject("examples");
        for (Problem problem : problems) {
            ObjectNode example = shown.putObject(problem.name()).put("summary", problem.message());
            example.set("value", problem.body());
        }
        String shared = shared(problems);
        if (shared == null) return response;
        responses.set(shared, response);
        return JSON.objectNode().put("$ref", "#/components/responses/" + shared);
    }

    /** The name of an answer that is the same wherever it is given; null for one that belongs to an operation. */
    private static @Nullable String shared(List<Problem> problems) {
        Problem first = problems.getFirst();
        return switch (first.status()) {
            case 401 ->
                problems.size() != 2 ? null : first.message().startsWith("An admin") ? "SessionNeeded" : "Unauthorized";
            case 403 -> first.equals(FOREIGN_ORIGIN) ? "ForeignOrigin" : null;
            case 412 -> "PreconditionFailed";
            case 413 -> "PayloadTooLarge";
            case 422 -> "IdempotencyKeyReused";
            case 429 -> first.message().startsWith("Rate limit") ? "RateLimited" : null;
            case 500 -> "InternalError";
            case 503 -> "ServiceUnavailable";
            default -> null;
        };
    }

    private static void headerRef(ObjectNode headers, String name, String component) {
        headers.putObject(name).put("$ref", "#/components/headers/" + component);
    }

    private static void limitHeaders(ObjectNode headers) {
        headerRef(headers, "RateLimit-Policy", "RateLimitPolicy");
        headerRef(headers, "RateLimit", "RateLimit");
        headerRef(headers, "X-RateLimit-Limit", "XRateLimitLimit");
        headerRef(headers, "X-RateLimit-Remaining", "XRateLimitRemaining");
        headerRef(headers, "X-RateLimit-Reset", "XRateLimitReset");
    }

    // --- components

    private ObjectNode components() {
        ObjectNode components = JSON.objectNode();
        schemas.putAll(records.components());
        schemas.put("Error", errorSchema());
        ObjectNode all = components.putObject("schemas");
        schemas.forEach(all::set);
        ObjectNode sorted = components.putObject("responses");
        responses.properties().stream()
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .forEach(response -> sorted.set(response.getKey(), response.getValue()));
        components.set("parameters", parameterComponents());
        components.set("headers", headerComponents());
        ObjectNode security = components.putObject("securitySchemes");
        security.putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "An API key: `sf_live_` or `sf_test_` and 64 hexadecimal digits");
        security.putObject("apiKey")
                .put("type", "apiKey")
                .put("in", "header")
                .put("name", "X-API-Key")
                .put("description", "The same key in a header of its own");
        security.putObject("session")
                .put("type", "apiKey")
                .put("in", "cookie")
                .put("name", "tillstream_session")
                .put(
                        "description",
                        "An admin session, made by `POST /api/auth/login`. It may do everything; its changes need an `Origin`"
                                + " header that names this site");
        return components;
    }

    private static ObjectNode errorSchema() {
        ObjectNode schema = JSON.objectNode().put("type", "object").put("description", "Why a request has failed");
        ObjectNode error = schema.putObject("properties").putObject("error").put("type", "object");
        ObjectNode properties = error.putObject("properties");
        ObjectNode code = properties.putObject("code").put("type", "string").put("description", "For programs");
        ArrayNode codes = code.putArray("enum");
        for (ErrorCode known : ErrorCode.values()) codes.add(known.name());
        properties.putObject("message").put("type", "string").put("description", "For people; may change");
        ObjectNode details = properties.putObject("details").put("type", "object");
        details.put("description", "What is wrong with each field, nested ones dotted: `features.0.title`");
        details.putObject("additionalProperties")
                .put("type", "array")
                .putObject("items")
                .put("type", "string");
        error.putArray("required").add("code").add("message");
        schema.putArray("required").add("error");
        return schema;
    }

    private static ObjectNode parameterComponents() {
        ObjectNode parameters = JSON.objectNode();
        ObjectNode limit = parameter(parameters, "Limit", "limit", "query", "Entries per page; clamped to 1–100");
        limit.putObject("schema")
                .put("type", "integer")
                .put("minimum", 1)
                .put("maximum", 100)
                .put("default", 20);
        text(
                parameter(
                        parameters,
                        "Cursor",
                        "cursor",
                        "query",
                        "Where to go on: the `next_cursor` of the page before, with the same sort"),
                null);
        text(
                        parameter(
                                parameters,
                                "AsOf",
                                "as_of",
                                "query",
                                "Shows it as it was at this instant, with all that is embedded and computed; not in the future, and"
                                        + " not together with `as_of_sequence`"),
                        "2026-03-06T09:29:43.378Z")
                .put("format", "date-time");
        parameter(
                        parameters,
                        "AsOfSequence",
                        "as_of_sequence",
                        "query",
                        "Shows it as its event of this sequence left it, 0 being the first; what is embedded is as of the"
                                + " time of that event")
                .putObject("schema")
                .put("type", "integer")
                .put("format", "int64")
                .put("minimum", 0);
        text(
                        parameter(
                                parameters,
                                "IdempotencyKey",
                                "Idempotency-Key",
                                "header",
                                "1 to 255 visible ASCII characters of your choice. The same request with the same key within 30 days"
                                        + " does nothing again and gets the first answer"),
                        "order-2041-create")
                .put("pattern", "^[!-~]{1,255}$");
        text(
                        parameter(
                                parameters,
                                "IfMatch",
                                "If-Match",
                                "header",
                                "The `ETag` of what you saw; 412 if it has changed since. `*` for any"),
                        "\"3\"")
                .put("pattern", "^(\\*|(W/)?\"[^\",]*\"(, *(W/)?\"[^\",]*\")*)$");
        ObjectNode token = parameter(
                parameters,
                "Token",
                "X-Consistency-Token",
                "header",
                "The token of a write of another credential: the answer shows at least that write");
        text(token, "48213").put("pattern", "^[0-9]{1,18}$");
        text(
                parameter(
                        parameters,
                        "LastEventId",
                        "Last-Event-ID",
                        "header",
                        "For a stream: the `id` of the last event that you have had; goes before `after`"),
                "4711");
        ObjectNode mode = parameter(
                parameters,
                "Mode",
                "X-Tillstream-Mode",
                "header",
                "Which data an admin session acts on; a key's prefix decides for the key");
        ObjectNode modes = mode.putObject("schema").put("type", "string").put("default", "live");
        modes.putArray("enum").add("live").add("test");
        text(
                parameter(
                        parameters,
                        "RequestId",
                        "X-Request-Id",
                        "header",
                        "Your own id of the request, up to 128 visible ASCII characters; made if absent"),
                "b7e1c2aa-3f55-4c6e-9d6e-0c8f5a7a2f10");
        return parameters;
    }

    private static ObjectNode parameter(
            ObjectNode parameters, String component, String name, String in, String description) {
        return parameters
                .putObject(component)
                .put("name", name)
                .put("in", in)
                .put("required", false)
                .put("description", description);
    }

    /** The example is the schema's: explorers fill in a parameter's own and send it, and nobody has that ETag. */
    private static ObjectNode text(ObjectNode parameter, @Nullable String example) {
        ObjectNode schema = parameter.putObject("schema").put("type", "string");
        if (example != null) schema.putArray("examples").add(example);
        return schema;
    }

    private static ObjectNode headerComponents() {
        ObjectNode headers = JSON.objectNode();
        header(headers, "RequestId", "string", "The request's id, for support and audit");
        header(headers, "ETag", "string", "The version, for `If-Match`: the sequence of its last event, quoted");
        header(
                headers,
                "ConsistencyToken",
                "string",
                "The position of this write. Another credential that sends it with a read sees at least this write");
        header(headers, "IdempotentReplayed", "string", "`true` when this is the first answer to the key, again");
        header(headers, "AsOf", "string", "The instant that is shown, where the past was asked for");
        header(headers, "AsOfSequence", "integer", "The sequence of its last event until then");
        header(headers, "Stale", "string", "`true` when the answer may lack the latest writes");
        header(headers, "RateLimitPolicy", "string", "The key's limit, as in the IETF draft: `\"key\";q=60;w=60`");
        header(headers, "RateLimit", "string", "What is left of it, and for how many seconds: `\"key\";r=59;t=42`");
        header(headers, "XRateLimitLimit", "integer", "Requests per window of 60 s");
        header(headers, "XRateLimitRemaining", "integer", "What is left of them");
        header(headers, "XRateLimitReset", "integer", "When the window ends, in Unix seconds");
        header(headers, "RetryAfter", "integer", "Seconds to wait before trying again");
        return headers;
    }

    private static void header(ObjectNode headers, String component, String type, String description) {
        headers.putObject(component)
                .put("description", description)
                .putObject("schema")
                .put("type", type);
    }
}
