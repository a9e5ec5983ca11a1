package io.tillstream.standalone.openapi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.body.Body;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The committed API description is complete and is what the code says. After a change run this with
 * {@code -Dopenapi.write=true}, which writes it anew; see docs/openapi.md.
 */
class OpenApiTest {
    /** What the console asks of admins has no endpoint. */
    private static final Set<String> WITHOUT_ENDPOINT = Set.of("AdminRefusal");

    private static final String WRITE = "openapi.write";

    private static final List<Endpoint> ENDPOINTS = Endpoint.all();
    private static String generated = "";
    private static ObjectNode document = RecordSchemas.JSON.objectNode();

    @BeforeAll
    static void generate() throws IOException {
        ObjectNode made = OpenApiDocument.of(ENDPOINTS, new JavaDocs(Repository.sources()));
        generated = pretty(made);
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(requireNonNull(Repository.OPENAPI.getParent()));
            Files.writeString(Repository.OPENAPI, generated);
        }
        document = EventJson.object(Files.readString(Repository.OPENAPI));
    }

    static String pretty(ObjectNode json) {
        return EventJson.STORED.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json) + "\n";
    }

    @Test
    void isWhatTheCodeSays() {
        assertThat(Repository.OPENAPI)
                .as("run with -D" + WRITE + "=true after a change of the API")
                .content()
                .isEqualTo(generated);
    }

    @Test
    void hasEveryRoute() {
        Set<String> routes = new TreeSet<>();
        var spring = new RequestMappingHandlerMapping() {
            @Override
            public @Nullable RequestMappingInfo getMappingForMethod(Method method, Class<?> type) {
                return super.getMappingForMethod(method, type);
            }
        };
        var nothing = new StaticApplicationContext();
        nothing.refresh();
        spring.setApplicationContext(nothing);
        spring.afterPropertiesSet();
        for (Class<?> controller : Endpoint.controllers()) {
            for (Method handler : controller.getDeclaredMethods()) {
                RequestMappingInfo mapping = spring.getMappingForMethod(handler, controller);
                if (mapping == null || handler.getAnnotation(Operation.class).hidden()) continue;
                mapping.getPatternsCondition()
                        .getPatterns()
                        .forEach(pattern -> mapping.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> routes.add(method + " " + pattern)));
            }
        }
        Set<String> described = operations()
                .map(operation -> operation.method().toUpperCase(Locale.ROOT) + " " + operation.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(described.stream().map(OpenApiTest::withoutNames))
                .containsExactlyInAnyOrderElementsOf(
                        routes.stream().map(OpenApiTest::withoutNames).toList());
        assertThat(described).hasSizeGreaterThan(30);
    }

    private static String withoutNames(String route) {
        return route.replaceAll("\\{[^}]*}", "{}");
    }

    @Test
    void hasEveryFieldOfEveryBody() throws ReflectiveOperationException {
        for (Class<?> type : concrete(Body.class)) {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Body body = (Body) constructor.newInstance();
            assertThat(document.at("/components/schemas/" + body.name()))
                    .as(body.name())
                    .isEqualTo(EventJson.object(body.schema().toString()));
        }
    }

    @Test
    void hasEveryFieldOfEveryAnswer() {
        for (Endpoint endpoint : ENDPOINTS) {
            if (!(endpoint.data() instanceof Class<?> view) || view == Void.class) continue;
            JsonNode written = EventJson.CLIENT.valueToTree(Sample.of(view));
            JsonNode example = success(endpoint).at("/content/application~1json/example/data");
            if (endpoint.lists()) example = example.get(0);
            assertThat(example.propertyNames())
                    .as(endpoint.method() + " " + endpoint.path())
                    .containsExactlyInAnyOrderElementsOf(written.propertyNames());
        }
    }

    private static JsonNode success(Endpoint endpoint) {
        return operations()
                .filter(operation -> operation.method().equalsIgnoreCase(endpoint.method())
                        && withoutNames(operation.path()).equals(withoutNames(endpoint.path())))
                .map(Described::operation)
                .flatMap(operation -> operation.path("responses").properties().stream())
                .filter(response -> response.getKey().startsWith("2"))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    @Test
    void hasEveryRefusal() {
        Set<String> shown = new HashSet<>();
        document.findValues("examples").stream()
                .filter(JsonNode::isObject)
                .forEach(examples -> shown.addAll(examples.propertyNames()));
        Set<String> missing = new TreeSet<>();
        for (Refusal refusal : Refusals.ALL) {
            if (WITHOUT_ENDPOINT.contains(refusal.getClass().getSimpleName())) continue;
            String name = Problem.of(refusal).name();
            if (!shown.contains(name)) missing.add(name);
        }
        assertThat(missing)
                .as("add them to @Refuses of the handlers that can meet them")
                .isEmpty();
    }

    @Test
    void hasEveryErrorCodeWithItsStatus() {
        JsonNode codes = document.at("/components/schemas/Error/properties/error/properties/code/enum");
        assertThat(codes.valueStream().map(JsonNode::asString))
                .containsExactly(Stream.of(ErrorCode.values()).map(Enum::name).toArray(String[]::new));
        operations()
                .forEach(operation -> operation
                        .operation()
                        .path("responses")
                        .properties()
                        .forEach(response -> {
                            JsonNode examples = resolved(response.getValue()).at("/content/application~1json/examples");
                            for (JsonNode example : examples) {
                                String code = example.at("/value/error/code").asString();
                                assertThat(ErrorCode.valueOf(code).status())
                                        .as(operation.path() + " " + code)
                                        .isEqualTo(Integer.parseInt(response.getKey()));
                            }
                        }));
    }

    @Test
    void saysOfEveryOperationWhatItNeeds() {
        Set<String> ids = new HashSet<>();
        operations().forEach(described -> {
            String where = described.method() + " " + described.path();
            JsonNode operation = described.operation();
            assertThat(operation.path("summary").asString()).as(where).isNotBlank();
            assertThat(operation.path("description").asString()).as(where).isNotBlank();
            assertThat(operation.path("tags")).as(where).hasSize(1);
            assertThat(operation.has("security")).as(where).isTrue();
            assertThat(ids.add(operation.path("operationId").asString()))
                    .as(where + ": operationId")
                    .isTrue();
            List<String> statuses = List.copyOf(operation.path("responses").propertyNames());
            assertThat(statuses).as(where).contains("500", "503").anyMatch(status -> status.startsWith("2"));
            if (!operation.path("security").isEmpty())
                assertThat(statuses).as(where).contains("400", "401", "429");
            if (operation.has("x-required-scopes"))
                assertThat(statuses).as(where).contains("403");
            if (operation.has("requestBody")) assertThat(statuses).as(where).contains("400", "413");
            for (JsonNode parameter : operation.path("parameters")) {
                String name = resolved(parameter).path("name").asString();
                if (name.equals("Idempotency-Key"))
                    assertThat(statuses).as(where).contains("409", "422");
                if (name.equals("If-Match")) assertThat(statuses).as(where).contains("404", "409", "412");
            }
        });
    }

    @Test
    void hasExamplesThatMatchTheirSchemas() {
        List<String> wrong = new ArrayList<>();
        checkExamples("", document, wrong);
        assertThat(wrong).isEmpty();
    }

    @Test
    void showsNobodyWhatOnlyStandsForText() {
        List<String> shown = new ArrayList<>();
        document.path("paths").findValues("example").forEach(example -> collectTexts(example, shown));
        assertThat(shown)
                .as("give the field an example, or what is usual in Examples")
                .hasSizeGreaterThan(100)
                .doesNotContain("text", "string");
    }

    private static void collectTexts(JsonNode node, List<String> texts) {
        if (node.isString()) texts.add(node.asString());
        node.forEach(child -> collectTexts(child, texts));
    }

    private static void checkExamples(String where, JsonNode node, List<String> wrong) {
        if (node instanceof ObjectNode object && object.get("schema") instanceof ObjectNode schema) {
            List<JsonNode> values = new ArrayList<>();
            if (object.has("example")) values.add(object.get("example"));
            if (object.get("examples") instanceof ObjectNode named)
                named.forEach(example -> values.add(example.path("value")));
            ObjectNode whole = schema.deepCopy();
            whole.set("components", document.path("components"));
            for (JsonNode value : values)
                Schemas.wrong(whole, value).forEach(problem -> wrong.add(where + ": " + problem));
        }
        if (node.isObject())
            node.properties().forEach(child -> checkExamples(where + "/" + child.getKey(), child.getValue(), wrong));
        if (node instanceof ArrayNode array)
            for (int i = 0; i < array.size(); i++) checkExamples(where + "/" + i, array.get(i), wrong);
    }

    private record Described(String method, String path, JsonNode operation) {}

    private static Stream<Described> operations() {
        return document.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .map(method -> new Described(method.getKey(), path.getKey(), method.getValue())));
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asString().substring(1)) : node;
    }

    private static List<Class<?>> concrete(Class<?> of) {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AssignableTypeFilter(of));
        List<Class<?>> found = new ArrayList<>();
        scanner.findCandidateComponents("io.tillstream").forEach(candidate -> {
            Class<?> type = ClassUtils.resolveClassName(requireNonNull(candidate.getBeanClassName()), null);
            if (!Modifier.isAbstract(type.getModifiers())) found.add(type);
        });
        return found;
    }
}
