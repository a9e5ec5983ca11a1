package io.tillstream.query;

import static io.tillstream.query.platform.GivenEvents.ADMIN;
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
import io.tillstream.http.access.Access;
import io.tillstream.http.consistency.FromStore;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.GivenEvents;
import io.tillstream.query.platform.ReadStoreServer;
import io.tillstream.query.product.AProduct;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    Stream<ReadRoute> routes() {
        List<ReadRoute> routes = ReadRoute.all(given);
        assertThat(routes).hasSizeGreaterThanOrEqualTo(18);
        return routes.stream();
    }

    Stream<ReadRoute> singles() {
        return routes().filter(ReadRoute::single);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void showsADocumentInItsOwnMode(ReadRoute route) {
        Object answer = call(route, Mode.TEST);
        if (answer instanceof Listing<?> page) assertThat(page.data()).isNotEmpty();
        else assertThat(((Answer<?>) answer).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void showsNothingOfTheOtherMode(ReadRoute route) {
        if (route.shopWide()) {
            assertThat(call(route, Mode.LIVE)).isNotNull();
        } else if (route.lists() && !route.history()) {
            Listing<?> page = (Listing<?>) call(route, Mode.LIVE);
            assertThat(page.data()).isEmpty();
            assertThat(page.pagination().total()).isIn(null, 0L);
        } else {
            assertNotFound(() -> call(route, Mode.LIVE));
        }
    }

    @ParameterizedTest
    @MethodSource("singles")
    void showsThePastToo(ReadRoute route) {
        assertThat(route.takes(AsOf.class)).as("must take an AsOf").isTrue();
        Answer<?> version = (Answer<?>) route.call(Mode.TEST, ids(route), new AsOf.Version(0));
        assertThat(version.headers())
                .containsEntry("X-As-Of", "2026-04-01T10:00:00.000Z")
                .containsEntry("X-As-Of-Sequence", "0");
        assertThat(version.etag()).isEqualTo("\"0\"");
        Answer<?> then = (Answer<?>) route.call(Mode.TEST, ids(route), new AsOf.At(AT));
        assertThat(then.data()).isEqualTo(version.data());
        assertNotFound(() -> route.call(Mode.TEST, ids(route), new AsOf.At(AT.minusMillis(1))));
        if (!route.shopWide()) {
            assertNotFound(() -> route.call(Mode.LIVE, ids(route), new AsOf.At(AT)));
            assertNotFound(() -> route.call(Mode.LIVE, ids(route), new AsOf.Version(9)));
        }
    }

    @ParameterizedTest
    @MethodSource("singles")
    void hasAHistory(ReadRoute route) {
        ReadRoute history = ReadRoute.of(given, route.path() + "/history");
        assertThat(history.method().isAnnotationPresent(FromStore.class)).isTrue();
        assertThat(Access.declaredBy(history.method())).isEqualTo(Access.declaredBy(route.method()));
        List<?> entries = ((Listing<?>) call(history, Mode.TEST)).data();
        assertThat(((HistoryEntry) entries.getLast()).sequence()).isZero();
    }

    @ParameterizedTest
    @MethodSource("routes")
    void findsNothingUnderAnUnknownIdOrOneOfAnotherKind(ReadRoute route) {
        if (!route.single() && !route.history()) return;
        for (UUID other : List.of(UUID.randomUUID(), route.path().contains("tags") ? CATEGORY : TAG)) {
            List<UUID> ids = new ArrayList<>(ids(route));
            ids.set(ids.size() - 1, other);
            assertNotFound(() -> route.call(Mode.TEST, ids, AsOf.NOW));
            assertNotFound(() -> route.call(Mode.TEST, ids, new AsOf.At(AT)));
            assertNotFound(() -> route.call(Mode.TEST, ids, new AsOf.Version(0)));
        }
    }

    private static void assertNotFound(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Invalid.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    private static Object call(ReadRoute route, Mode mode) {
        return route.call(mode, ids(route), AsOf.NOW);
    }

    private static List<UUID> ids(ReadRoute route) {
        return Arrays.stream(route.path().split("/"))
                .filter(IDS::containsKey)
                .map(IDS::get)
                .limit(route.path().chars().filter(c -> c == '{').count())
                .toList();
    }
}
