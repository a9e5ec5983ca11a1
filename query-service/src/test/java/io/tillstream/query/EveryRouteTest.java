package io.tillstream.query;

import static io.tillstream.query.platform.GivenEvents.ADMIN;
import static io.tillstream.query.platform.GivenEvents.list;
import static io.tillstream.query.platform.GivenEvents.request;
import static io.tillstream.query.product.AProduct.aProduct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.events.Mode;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.category.CategoryEvent.CategoryCreated;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.query.platform.GivenEvents;
import io.tillstream.query.platform.ReadStoreServer;
import io.tillstream.query.product.AProduct;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** Walks every route there is: what belongs to one mode is seen in that mode and in no other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryRouteTest {
    private static final Instant AT = Instant.parse("2026-04-01T10:00:00Z");
    private static final UUID CATEGORY = UUID.randomUUID();
    private static final UUID TAG = UUID.randomUUID();
    private static final UUID USER = UUID.randomUUID();
    private static final UUID ACCESS = UUID.randomUUID();
    private static final UUID KEY = UUID.randomUUID();
    private static final AProduct PRODUCT = aProduct();

    /** The one that a path's last id names, by the resource's first word. */
    private static final Map<String, UUID> IDS = Map.of(
            "products", PRODUCT.id(),
            "categories", CATEGORY,
            "tags", TAG,
            "users", USER,
            "access", ACCESS,
            "api-keys", KEY);

    private final GivenEvents given = new GivenEvents(ReadStoreServer.EMBEDDED);

    record Route(Object controller, Method method, String path) {
        boolean shopWide() {
            return path.contains("api-keys");
        }

        @Override
        public String toString() {
            return path;
        }
    }

    @BeforeAll
    void somethingOfEverything() {
        given.happened(
                Mode.TEST,
                new CategoryCreated(CATEGORY, AT, "Books", "books", null),
                new TagCreated(TAG, AT, "Red", "red"),
                PRODUCT.in(CATEGORY).tagged(TAG).created(),
                new UserRegistered(USER, AT, "ada@example.com", "Ada"),
                new AccessGranted(ACCESS, AT, USER, PRODUCT.id(), null, null, 2900, "USD"));
        given.happened(
                Mode.SHOP,
                new ApiKeyCreated(KEY, AT, ADMIN, "CI", "sf_test_0123", "hash", Mode.TEST, List.of(), 60, null, null));
    }

    @AfterAll
    void close() {
        given.close();
    }

    Stream<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (Object controller : given.controllers()) {
            String base = Objects.requireNonNull(controller.getClass().getAnnotation(RequestMapping.class))
                    .value()[0];
            for (Method method : controller.getClass().getDeclaredMethods()) {
                GetMapping mapping = method.getAnnotation(GetMapping.class);
                if (mapping == null) continue;
                method.setAccessible(true);
                routes.add(new Route(controller, method, base + String.join("", mapping.value())));
            }
        }
        assertThat(routes).hasSizeGreaterThanOrEqualTo(12);
        return routes.stream();
    }

    @ParameterizedTest
    @MethodSource("routes")
    void showsADocumentInItsOwnMode(Route route) {
        Object answer = call(route, Mode.TEST);
        if (answer instanceof Listing<?> page) assertThat(page.data()).isNotEmpty();
        else assertThat(((Answer<?>) answer).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void showsNothingOfTheOtherMode(Route route) {
        if (route.shopWide()) {
            assertThat(call(route, Mode.LIVE)).isNotNull();
        } else if (route.method().isAnnotationPresent(ListParams.class)) {
            Listing<?> page = (Listing<?>) call(route, Mode.LIVE);
            assertThat(page.data()).isEmpty();
            assertThat(page.pagination().total()).isIn(null, 0L);
        } else {
            assertThatThrownBy(() -> call(route, Mode.LIVE))
                    .isInstanceOfSatisfying(
                            Invalid.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
        }
    }

    private static Object call(Route route, Mode mode) {
        List<UUID> ids = Arrays.stream(route.path().split("/"))
                .filter(IDS::containsKey)
                .map(IDS::get)
                .toList();
        int[] next = {0};
        Object[] arguments = Arrays.stream(route.method().getParameters())
                .map(parameter -> argument(route, parameter, mode, ids, next))
                .toArray();
        try {
            return Objects.requireNonNull(route.method().invoke(route.controller(), arguments));
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object argument(Route route, Parameter parameter, Mode mode, List<UUID> ids, int[] next) {
        if (parameter.getType() == Request.class) return request(mode);
        if (parameter.getType() == UUID.class) return ids.get(next[0]++);
        assertThat(parameter.getType()).isEqualTo(ListQuery.class);
        ListParams params = Objects.requireNonNull(route.method().getAnnotation(ListParams.class));
        return list(params.sort()[0], params.ascending(), 10, null, null, Map.of());
    }
}
