package io.tillstream.standalone.openapi;

import static java.util.Objects.requireNonNull;

import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.http.Answer;
import io.tillstream.http.access.Access;
import io.tillstream.http.body.Body;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.error.Refusal;
import io.tillstream.http.error.Refuses;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.Listing;
import io.tillstream.http.stream.EventStream;
import io.tillstream.http.time.AsOf;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** One method and path, with all that its handler declares. */
record Endpoint(String method, String path, Method handler, Access access) {

    /** What every controller on the class path answers, but what its handler hides. */
    static List<Endpoint> all() {
        return controllers().stream()
                .flatMap(Endpoint::of)
                .filter(endpoint -> !endpoint.operation().hidden())
                .toList();
    }

    static List<Class<?>> controllers() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
        List<Class<?>> found = new ArrayList<>();
        for (BeanDefinition candidate : scanner.findCandidateComponents("io.tillstream")) {
            Class<?> type = ClassUtils.resolveClassName(requireNonNull(candidate.getBeanClassName()), null);
            if (type.getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath()
                    .contains("test-classes")) continue;
            found.add(type);
        }
        return found;
    }

    private static Stream<Endpoint> of(Class<?> controller) {
        RequestMapping whole = AnnotatedElementUtils.findMergedAnnotation(controller, RequestMapping.class);
        String[] prefixes = whole == null || whole.path().length == 0 ? new String[] {""} : whole.path();
        List<Endpoint> endpoints = new ArrayList<>();
        for (Method handler : controller.getDeclaredMethods()) {
            RequestMapping own = AnnotatedElementUtils.findMergedAnnotation(handler, RequestMapping.class);
            if (own == null) continue;
            Access access =
                    Access.declaredBy(handler).orElseThrow(() -> new AssertionError(handler + " says no access"));
            for (String prefix : prefixes)
                for (String path : own.path().length == 0 ? new String[] {""} : own.path())
                    for (RequestMethod method : own.method())
                        endpoints.add(new Endpoint(method.name(), prefix + path, handler, access));
        }
        return endpoints.stream();
    }

    /** The controller's concept: the last part of its package. */
    String concept() {
        String name = handler.getDeclaringClass().getPackageName();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    Operation operation() {
        Operation operation = handler.getAnnotation(Operation.class);
        if (operation == null || (operation.summary().isBlank() && !operation.hidden()))
            throw new AssertionError(handler + " needs @Operation(summary = …)");
        return operation;
    }

    boolean open() {
        return access instanceof Access.Open;
    }

    boolean reads() {
        return method.equals("GET");
    }

    /** Whether it is a command: goes through the one transaction, with all that this brings. */
    boolean commands() {
        return changes() && inStore();
    }

    /** Whether a caller may send it twice with an idempotency key. */
    boolean repeatable() {
        return method.equals("POST") && (commands() || concept().equals("delivery"));
    }

    /** Whether what it is about is made of events: who is signed in isn't, and the work of the read side and of the dispatcher neither. */
    boolean inStore() {
        return !Set.of("admin", "replay", "delivery").contains(concept());
    }

    /** Whether a caller changes something with it; who is signed in is no event, though. */
    boolean changes() {
        return !reads() && !open();
    }

    boolean hasId() {
        return path.contains("{");
    }

    boolean endsWithId() {
        return path.endsWith("}");
    }

    /** Whether it does something with one aggregate that is not the aggregate itself, as rotating a key. */
    boolean actsOnOne() {
        RequestMapping own = AnnotatedElementUtils.findMergedAnnotation(handler, RequestMapping.class);
        return own != null && own.path().length > 0 && own.path()[0].matches(".*}/[a-z-]+");
    }

    /** Whether it can show the past. */
    boolean travels() {
        return List.of(handler.getParameterTypes()).contains(AsOf.class);
    }

    /** Whether it answers from the event store, which is never behind. */
    boolean fromStore() {
        return handler.isAnnotationPresent(FromStore.class);
    }

    /** Whether it tells what happened to one aggregate. */
    boolean tellsHistory() {
        return data() == HistoryEntry.class;
    }

    boolean lists() {
        return handler.getReturnType() == Listing.class;
    }

    /** Whether there is a stream at the same path, for whoever accepts that. */
    boolean streams() {
        return lists()
                && Arrays.stream(handler.getDeclaringClass().getDeclaredMethods())
                        .anyMatch(other -> EventStream.class.isAssignableFrom(other.getReturnType())
                                && endsAs(other).equals(endsAs(handler)));
    }

    private static String endsAs(Method handler) {
        RequestMapping own = AnnotatedElementUtils.findMergedAnnotation(handler, RequestMapping.class);
        return own == null ? "" : String.join(",", own.path());
    }

    @Nullable
    ListParams list() {
        return handler.getAnnotation(ListParams.class);
    }

    /** What it answers with, inside the envelope; null when that isn't our envelope. */
    @Nullable
    Type data() {
        Class<?> raw = handler.getReturnType();
        if (raw != Answer.class && raw != Listing.class) return null;
        return ((ParameterizedType) handler.getGenericReturnType()).getActualTypeArguments()[0];
    }

    /** A declaration of a body and whether it may be left out. */
    record Sent(Body body, boolean optional) {}

    Optional<Sent> body() {
        return Arrays.stream(handler.getParameters())
                .map(parameter -> parameter.getAnnotation(JsonBody.class))
                .filter(annotation -> annotation != null)
                .map(annotation -> new Sent(make(annotation.value()), annotation.optional()))
                .findFirst();
    }

    private static Body make(Class<? extends Body> type) {
        try {
            Constructor<? extends Body> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " can't be made", e);
        }
    }

    List<Parameter> pathVariables() {
        return Arrays.stream(handler.getParameters())
                .filter(parameter -> parameter.isAnnotationPresent(PathVariable.class))
                .toList();
    }

    /** The refusals of the concept that it declares. */
    List<Refusal> refusals() {
        Refuses refuses = handler.getAnnotation(Refuses.class);
        if (refuses == null) return List.of();
        List<Refusal> known = Refusals.in(handler.getDeclaringClass().getPackageName());
        return Arrays.stream(refuses.value())
                .map(name -> known.stream()
                        .filter(refusal -> Refusals.name(refusal).equals(name))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(handler + " refuses " + name + ", which is unknown")))
                .toList();
    }
}
