package io.tillstream.query;

import static io.tillstream.query.platform.GivenEvents.ADMIN;
import static io.tillstream.query.product.AProduct.aProduct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.admin.AdminEvent.AdminAdded;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRenamed;
import io.tillstream.events.category.Category;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.product.Product;
import io.tillstream.events.product.ProductEvent.ProductDeleted;
import io.tillstream.events.product.ProductEvent.ProductPriceChanged;
import io.tillstream.events.product.ProductPrice;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.tag.TagEvent.TagDeleted;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.http.Answer;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.history.HistoryEntry;
import io.tillstream.http.history.HistoryEntry.Change;
import io.tillstream.http.list.Cursor;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.GivenEvents;
import io.tillstream.query.platform.ReadStoreServer;
import io.tillstream.query.product.AProduct;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What happened to a resource, what it was, and what it is: different ways to read one history, so they agree. */
class HistoryTest {
    private static final Instant AT = Instant.parse("2026-04-01T10:00:00Z");
    private static final String GONE = "404";

    /** What a plain GET shows beside an aggregate's own state. */
    private static final Set<String> EMBEDDED_OR_COMPUTED = Set.of(
            "product_access",
            "stats",
            "product_slug",
            "product_name",
            "product_price",
            "product_currency",
            "product_icon",
            "product_is_active",
            "is_expired",
            "last_used_at",
            "usage_count",
            "last_used_ip");

    private final GivenEvents given = new GivenEvents(ReadStoreServer.EMBEDDED);

    @AfterEach
    void close() {
        given.close();
    }

    /** What a plain GET answered at an instant, as the event of that sequence had left it. */
    private record Seen(
            State of, Mode mode, Instant at, @Nullable Long sequence, String json) {}

    @RepeatedTest(3)
    void agreesWithPlainReadsTimeTravelAndARebuild() {
        long seed = new Random().nextLong();
        agrees(new Random(seed), "seed " + seed);
    }

    private void agrees(Random random, String which) {
        RandomShop shop = new RandomShop(random, AT.plusSeconds(random.nextInt(1_000)), ADMIN);
        List<Seen> seen = new ArrayList<>();
        List<Seen> latest = new ArrayList<>();
        for (int step = 0; step < 120; step++) {
            Instant before = shop.now();
            List<RandomShop.Happened> happened = shop.next();
            // Only the last of several steps at one instant is what that instant shows.
            if (shop.now().isAfter(before)) seen.addAll(latest);
            latest.clear();
            given.itIs(shop.now());
            happened.forEach(one -> given.happened(one.mode(), one.event()));
            for (RandomShop.Happened one : happened)
                latest.add(seen(shop, one.event().aggregateId(), true));
            List<State> all = shop.states();
            for (int i = 0; i < 3; i++)
                latest.add(seen(shop, all.get(random.nextInt(all.size())).id(), false));
        }
        assertThat(seen.stream().map(then -> then.of().getClass()).distinct()).hasSize(6);
        for (Seen then : seen) {
            String as = which + ": " + then.of() + " at " + then.at();
            String json = asOfToday(shop, then);
            assertThat(json(get(then.of(), then.mode(), new AsOf.At(then.at()))))
                    .as(as)
                    .isEqualTo(json);
            if (then.sequence() != null)
                assertThat(json(get(then.of(), then.mode(), new AsOf.Version(then.sequence()))))
                        .as(as)
                        .isEqualTo(json);
        }
        try (GivenEvents rebuilt = new GivenEvents(ReadStoreServer.EMBEDDED)) {
            rebuilt.itIs(shop.now());
            given.retell(rebuilt, List.of(1, 50, 7));
            for (State state : shop.states()) {
                Mode mode = visible(shop, state.id());
                String plain = json(get(state, mode, AsOf.NOW));
                String as = which + ": " + state;
                assertThat(json(get(state, mode, new AsOf.At(shop.now()))))
                        .as(as)
                        .isEqualTo(plain);
                assertThat(json(get(rebuilt, state, mode, AsOf.NOW))).as(as).isEqualTo(plain);
                assertFolds(shop, random, state, mode, plain, as);
            }
        }
    }

    private Seen seen(RandomShop shop, UUID id, boolean touched) {
        State state = shop.state(id);
        Mode mode = visible(shop, id);
        // A user's own version says nothing of his grants, which others changed since.
        boolean version = touched || !(state instanceof User || state instanceof Product || state instanceof Access);
        return new Seen(state, mode, shop.now(), version ? state.version() : null, json(get(state, mode, AsOf.NOW)));
    }

    /** What was seen of somebody who was erased since, is null now. */
    private static String asOfToday(RandomShop shop, Seen then) {
        if (!(shop.state(then.of().id()) instanceof User user) || user.erasedAt() == null) return then.json();
        return EventJson.object(then.json())
                .putNull("email")
                .putNull("user_metadata")
                .toString();
    }

    private static Mode visible(RandomShop shop, UUID id) {
        return shop.mode(id) == Mode.SHOP ? Mode.LIVE : shop.mode(id);
    }

    /** The changes of its history, one over the other, are what a plain GET shows of its own. */
    private void assertFolds(RandomShop shop, Random random, State state, Mode mode, String plain, String as) {
        List<HistoryEntry> oldest = history(state, mode, "asc", 1 + random.nextInt(9));
        assertThat(history(state, mode, "desc", 1 + random.nextInt(9)).reversed())
                .as(as)
                .isEqualTo(oldest);
        assertThat(oldest)
                .as(as)
                .extracting(HistoryEntry::position)
                .doesNotHaveDuplicates()
                .isSorted();
        Map<UUID, ObjectNode> folded = new HashMap<>();
        Map<UUID, Long> last = new HashMap<>();
        for (HistoryEntry entry : oldest) {
            ObjectNode object =
                    folded.computeIfAbsent(entry.aggregateId(), id -> JsonNodeFactory.instance.objectNode());
            assertThat(entry.sequence()).isEqualTo(last.merge(entry.aggregateId(), 0L, (n, zero) -> n + 1));
            changes(entry).forEach((field, change) -> {
                JsonNode was = object.get(field);
                if (was != null && !labels(field))
                    assertThat(text(change.before())).as(as).isEqualTo(was.toString());
                object.set(field, EventJson.CLIENT.valueToTree(change.after()));
            });
        }
        folded.forEach((id, object) -> {
            State known = shop.state(id);
            assertThat(last.get(id)).as(as).isEqualTo(known.version());
            assertOwn(shop, known, id.equals(state.id()) ? plain : json(get(known, mode, AsOf.NOW)), object, as);
        });
        if (state instanceof User)
            assertThat(folded.keySet()).as(as).containsExactlyInAnyOrderElementsOf(belonging(shop, state.id()));
        else assertThat(folded).as(as).hasSize(1);
    }

    private static List<UUID> belonging(RandomShop shop, UUID user) {
        return shop.states().stream()
                .filter(state -> state.id().equals(user)
                        || (state instanceof Access access && access.userId().equals(user)))
                .map(State::id)
                .toList();
    }

    private static void assertOwn(RandomShop shop, State known, String plain, ObjectNode folded, String as) {
        if (known.deleted()) {
            assertThat(plain).isEqualTo(GONE);
            assertThat(folded.valueStream()).as(as).allMatch(JsonNode::isNull);
            return;
        }
        ObjectNode shown = EventJson.object(plain);
        Set<String> beside = new TreeSet<>(shown.propertyNames());
        beside.removeAll(Set.copyOf(folded.propertyNames()));
        assertThat(EMBEDDED_OR_COMPUTED).as(as).containsAll(beside);
        folded.properties().forEach(field -> {
            if (labels(field.getKey()))
                assertThat(ids(field.getValue()).stream()
                                .filter(id -> !shop.state(id).deleted()))
                        .as(as)
                        .containsExactlyElementsOf(ids(shown.path(field.getKey())));
            else
                assertThat(field.getValue().toString())
                        .as("%s: %s", as, field.getKey())
                        .isEqualTo(shown.path(field.getKey()).toString());
        });
    }

    /** A tag's new name is no event of the products that have it. */
    private static boolean labels(String field) {
        return field.equals("categories") || field.equals("tags");
    }

    private static List<UUID> ids(JsonNode labels) {
        return StreamSupport.stream(labels.spliterator(), false)
                .map(label -> UUID.fromString(label.path("id").asString()))
                .toList();
    }

    private @Nullable Answer<?> get(State state, Mode mode, AsOf asOf) {
        return get(given, state, mode, asOf);
    }

    private static @Nullable Answer<?> get(GivenEvents of, State state, Mode mode, AsOf asOf) {
        try {
            return (Answer<?>) ReadRoute.of(of, path(state)).call(mode, ids(state), asOf);
        } catch (Invalid e) {
            assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND);
            return null;
        }
    }

    private List<HistoryEntry> history(State state, Mode mode, String order, int limit) {
        List<HistoryEntry> all = new ArrayList<>();
        String cursor = "";
        do {
            Listing<HistoryEntry> page = page(state, mode, order, limit, cursor);
            all.addAll(page.data());
            cursor = page.pagination().nextCursor();
        } while (cursor != null);
        return all;
    }

    @SuppressWarnings("unchecked")
    private Listing<HistoryEntry> page(State state, Mode mode, String order, int limit, String cursor) {
        Map<String, List<String>> query = Map.of(
                "sort_order", List.of(order), "limit", List.of(Integer.toString(limit)), "cursor", List.of(cursor));
        return (Listing<HistoryEntry>)
                ReadRoute.of(given, path(state) + "/history").call(mode, ids(state), AsOf.NOW, query);
    }

    private static String path(State state) {
        return "/api/v1/"
                + switch (state) {
                    case Product _ -> "products/{id}";
                    case Category _ -> "categories/{id}";
                    case Tag _ -> "tags/{id}";
                    case User _ -> "users/{id}";
                    case Access _ -> "users/{userId}/access/{accessId}";
                    case ApiKey _ -> "api-keys/{id}";
                    default -> throw new AssertionError("Nobody reads " + state);
                };
    }

    private static List<UUID> ids(State state) {
        return state instanceof Access access ? List.of(access.userId(), access.id()) : List.of(state.id());
    }

    private static String json(@Nullable Answer<?> answer) {
        return answer == null ? GONE : EventJson.CLIENT.writeValueAsString(answer.data());
    }

    private static String text(@Nullable Object value) {
        return EventJson.CLIENT.valueToTree(value).toString();
    }

    @Test
    void tellsWhoDidWhat() {
        AProduct product = aProduct();
        UUID key = UUID.randomUUID();
        UUID admin = UUID.randomUUID();
        given.happened(Mode.SHOP, aKey(key, null), new ApiKeyRenamed(key, AT, "Storefront"))
                .happened(Mode.SHOP, new AdminAdded(admin, AT, "ada@example.com", UUID.randomUUID()));
        given.by("api_key:" + key).happened(Mode.LIVE, product.created());
        given.by("admin:" + admin).happened(Mode.LIVE, product.named("A").changed());
        given.by("system:expiry").happened(Mode.LIVE, product.named("B").changed());
        given.by("api_key:" + UUID.randomUUID())
                .happened(Mode.LIVE, product.named("C").changed());
        given.by("admin:").happened(Mode.LIVE, product.named("D").changed());
        assertThat(history(product).reversed())
                .extracting(HistoryEntry::actorName)
                .containsExactly("Storefront", "ada@example.com", null, null, null);
        given.stored().forget(admin);
        assertThat(history(product).get(3).actor()).isEqualTo("admin:" + admin);
        assertThat(history(product).get(3).actorName()).isNull();
    }

    @Test
    void showsOnlyWhatAnEventChanged() {
        AProduct product = aProduct().named("Course").priced(2900, "USD").at(AT);
        given.happened(
                Mode.LIVE,
                product.created(),
                new ProductPriceChanged(
                        product.id(),
                        AT.plusSeconds(1),
                        new ProductPrice(3900, "USD", null, null, null, null, true, false, null)),
                product.at(AT.plusSeconds(2)).changed(),
                new ProductDeleted(product.id(), AT.plusSeconds(3)));
        List<HistoryEntry> entries = history(product).reversed();
        Map<String, Change> created = changes(entries.get(0));
        assertThat(text(created.get("name"))).isEqualTo("{\"before\":null,\"after\":\"Course\"}");
        assertThat(created).containsKeys("long_description", "categories", "tags");
        assertThat(created).doesNotContainKeys("category_ids", "bundle_item_ids", "version", "deleted");
        assertThat(text(entries.get(1).changes()))
                .isEqualTo("{\"price\":{\"before\":2900,\"after\":3900},\"updated_at\":"
                        + "{\"before\":\"2026-04-01T10:00:00.000Z\",\"after\":\"2026-04-01T10:00:01.000Z\"}}");
        assertThat(entries.get(2).changes()).containsOnlyKeys("updated_at");
        assertThat(text(changes(entries.get(3)).get("name"))).isEqualTo("{\"before\":\"Course\",\"after\":null}");
        assertThat(changes(entries.get(3)).keySet()).isEqualTo(created.keySet());
    }

    @Test
    void namesLabelsAsTheyWereAtEachEvent() {
        UUID red = UUID.randomUUID();
        UUID blue = UUID.randomUUID();
        AProduct product = aProduct().at(AT).tagged(red);
        given.happened(
                Mode.LIVE,
                new TagCreated(red, AT, "Red", "red"),
                new TagCreated(blue, AT, "Blue", "blue"),
                product.created(),
                new TagChanged(red, AT.plusSeconds(1), "Crimson", "crimson"),
                product.at(AT.plusSeconds(2)).named("Renamed").changed(),
                product.at(AT.plusSeconds(3)).tagged(blue).changed(),
                new TagDeleted(blue, AT.plusSeconds(4)));
        List<HistoryEntry> entries = history(product).reversed();
        assertThat(text(changes(entries.get(0)).get("tags"))).contains("Red").doesNotContain("Crimson");
        assertThat(entries.get(1).changes()).doesNotContainKey("tags");
        assertThat(text(changes(entries.get(2)).get("tags"))).containsSubsequence("Crimson", "Blue");
        assertThat(json(at(product, AT))).contains("\"name\":\"Red\"");
        assertThat(json(at(product, AT.plusSeconds(2)))).contains("\"name\":\"Crimson\"");
        assertThat(json(at(product, AT.plusSeconds(3)))).contains("\"name\":\"Blue\"");
        assertThat(json(at(product, AT.plusSeconds(4)))).contains("\"tags\":[]");
    }

    @Test
    void goesFromCreationToDeletion() {
        AProduct product = aProduct().at(AT);
        given.happened(
                Mode.LIVE,
                product.created(),
                product.at(AT.plusMillis(1)).changed(),
                product.at(AT.plusMillis(1)).named("Twice at once").changed(),
                new ProductDeleted(product.id(), AT.plusMillis(5)));
        State state = state(product);
        assertThat(get(state, Mode.LIVE, AsOf.NOW)).isNull();
        assertThat(at(product, AT.minusMillis(1))).isNull();
        assertThat(at(product, AT)).isNotNull();
        assertThat(headers(at(product, AT.plusMillis(4))))
                .containsEntry("X-As-Of", "2026-04-01T10:00:00.004Z")
                .containsEntry("X-As-Of-Sequence", "2");
        assertThat(at(product, AT.plusMillis(5))).isNull();
        assertThat(headers(get(state, Mode.LIVE, new AsOf.Version(1))))
                .containsEntry("X-As-Of", "2026-04-01T10:00:00.001Z")
                .containsEntry("X-As-Of-Sequence", "1");
        assertThat(json(get(state, Mode.LIVE, new AsOf.Version(1)))).doesNotContain("Twice at once");
        assertThat(json(get(state, Mode.LIVE, new AsOf.Version(2)))).contains("Twice at once");
        assertThat(get(state, Mode.LIVE, new AsOf.Version(3))).isNull();
        assertThatThrownBy(() -> ReadRoute.of(given, path(state)).call(Mode.LIVE, ids(state), new AsOf.Version(4)))
                .isInstanceOfSatisfying(Invalid.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_INPUT);
                    assertThat(refused.details()).containsOnlyKeys("as_of_sequence");
                });
    }

    @Test
    void showsAUsersAccessAsItWas() {
        UUID ada = UUID.randomUUID();
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        AProduct course = aProduct().named("Course").at(AT);
        Instant end = AT.plusSeconds(100);
        given.happened(
                Mode.LIVE,
                course.created(),
                new UserRegistered(ada, AT, "ada@example.com", "Ada"),
                new AccessGranted(first, AT.plusSeconds(1), ada, course.id(), end, null, 2900, "USD"),
                course.at(AT.plusSeconds(10)).named("Renamed").changed(),
                new AccessExtended(first, AT.plusSeconds(200), ada, 1, end.plusSeconds(86_400)),
                new AccessRevoked(first, AT.plusSeconds(300), ada),
                new AccessGranted(second, AT.plusSeconds(400), ada, course.id(), null, null, 1900, "USD"));
        State user = User.after(null, new UserRegistered(ada, AT, null, null));
        assertThat(json(get(user, Mode.LIVE, new AsOf.Version(0))))
                .contains("\"product_access\":[]", "\"total_value\":0");
        assertThat(json(get(user, Mode.LIVE, new AsOf.At(AT.plusSeconds(5)))))
                .contains("\"product_name\":\"Course\"", "\"is_expired\":false", "\"total_value\":2900");
        assertThat(json(get(user, Mode.LIVE, new AsOf.At(end))))
                .contains("\"product_name\":\"Renamed\"", "\"is_expired\":true");
        assertThat(json(get(user, Mode.LIVE, new AsOf.At(AT.plusSeconds(250))))).contains("\"is_expired\":false");
        assertThat(json(get(user, Mode.LIVE, new AsOf.At(AT.plusSeconds(350))))).contains("\"product_access\":[]");
        assertThat(json(get(user, Mode.LIVE, new AsOf.At(AT.plusSeconds(400)))))
                .contains(second.toString(), "\"total_value\":1900");
        assertThat(history(user, Mode.LIVE, "asc", 2))
                .extracting(HistoryEntry::type)
                .containsExactly(
                        "user.registered", "access.granted", "access.extended", "access.revoked", "access.granted");
        assertThat(text(history(user, Mode.LIVE, "asc", 9).get(2).changes()))
                .isEqualTo(
                        "{\"expires_at\":{\"before\":\"2026-04-01T10:01:40.000Z\",\"after\":\"2026-04-02T10:01:40.000Z\"}}");
        // Under another user there is no such grant, whatever is asked of it.
        ReadRoute grant = ReadRoute.of(given, "/api/v1/users/{userId}/access/{accessId}");
        for (AsOf asOf : List.of(AsOf.NOW, new AsOf.At(AT.plusSeconds(5)), new AsOf.Version(0), new AsOf.Version(99)))
            assertThatThrownBy(() -> grant.call(Mode.LIVE, List.of(UUID.randomUUID(), first), asOf))
                    .isInstanceOfSatisfying(
                            Invalid.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void embedsWhatWasThereEvenIfItsWritersClockWasAhead() {
        UUID ada = UUID.randomUUID();
        UUID access = UUID.randomUUID();
        AProduct course = aProduct().at(AT.plusMillis(40));
        AccessGranted granted = new AccessGranted(access, AT, ada, course.id(), null, null, 2900, "USD");
        given.happened(Mode.LIVE, course.created(), new UserRegistered(ada, AT, null, null), granted);
        assertThat(get(Access.after(null, granted), Mode.LIVE, new AsOf.Version(0)))
                .isNotNull();
    }

    @Test
    void showsNullWhereAnErasedPersonWas() {
        UUID ada = UUID.randomUUID();
        given.happened(Mode.LIVE, new UserRegistered(ada, AT, "ada@example.com", "Ada Lovelace"));
        given.stored().forget(ada);
        State user = User.after(null, new UserRegistered(ada, AT, null, null));
        assertThat(json(get(user, Mode.LIVE, new AsOf.At(AT))))
                .contains("\"email\":null", "\"user_metadata\":null")
                .doesNotContain("ada@", "Lovelace");
        HistoryEntry registered = history(user, Mode.LIVE, "asc", 1).getFirst();
        assertThat(changes(registered).get("email")).isEqualTo(new Change(null, JsonNodeFactory.instance.nullNode()));
        assertThat(text(registered)).doesNotContain("ada@", "Lovelace");
    }

    @Test
    void hidesAnAdminsKeyFromOtherAdmins() {
        UUID mine = UUID.randomUUID();
        UUID theirs = UUID.randomUUID();
        UUID everybodys = UUID.randomUUID();
        given.happened(Mode.SHOP, aKey(mine, ADMIN), aKey(theirs, UUID.randomUUID()), aKey(everybodys, null));
        for (UUID visible : List.of(mine, everybodys)) {
            State key = ApiKey.after(null, aKey(visible, null));
            assertThat(get(key, Mode.LIVE, new AsOf.At(AT))).isNotNull();
            assertThat(text(history(key, Mode.LIVE, "desc", 9)))
                    .doesNotContain("hash", "owner_id", "successor_id")
                    .contains("key_prefix");
        }
        State hidden = ApiKey.after(null, aKey(theirs, null));
        assertThat(get(hidden, Mode.LIVE, new AsOf.At(AT))).isNull();
        assertThat(get(hidden, Mode.LIVE, new AsOf.Version(7))).isNull();
        assertThatThrownBy(() -> history(hidden, Mode.LIVE, "desc", 9)).isInstanceOf(Invalid.class);
    }

    @Test
    void pagesThroughHundredsOfEvents() {
        UUID tag = UUID.randomUUID();
        TagCreated created = new TagCreated(tag, AT, "0", "tag");
        given.happened(Mode.LIVE, created);
        for (int i = 1; i <= 450; i++) given.happened(Mode.LIVE, new TagChanged(tag, AT.plusMillis(i), "" + i, "tag"));
        State state = Tag.after(null, created);
        List<HistoryEntry> entries = history(state, Mode.LIVE, "desc", 100);
        assertThat(entries).hasSize(451);
        for (int i = 1; i <= 450; i++)
            assertThat(text(entries.get(450 - i).changes()))
                    .isEqualTo("{\"name\":{\"before\":\"" + (i - 1) + "\",\"after\":\"" + i + "\"}}");
        assertThat(json(get(state, Mode.LIVE, new AsOf.At(AT.plusMillis(449))))).contains("\"name\":\"449\"");
        assertThat(json(get(state, Mode.LIVE, new AsOf.Version(200)))).contains("\"name\":\"200\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    void neitherSkipsNorRepeatsWhatWasThereWhileOthersWrite(String order) throws InterruptedException {
        UUID ada = UUID.randomUUID();
        AProduct course = aProduct().at(AT);
        UserRegistered registered = new UserRegistered(ada, AT, null, null);
        given.happened(Mode.LIVE, course.created(), registered);
        for (int i = 0; i < 30; i++) given.happened(Mode.LIVE, grant(ada, course, AT.plusMillis(i)));
        State user = User.after(null, registered);
        List<Long> before = positions(history(user, Mode.LIVE, order, 100));
        CountDownLatch begun = new CountDownLatch(1);
        Thread writer = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 60; i++) {
                given.stored().append(Mode.LIVE, grant(ada, course, AT.plusSeconds(i)));
                begun.countDown();
            }
        });
        begun.await();
        List<Long> paged = positions(history(user, Mode.LIVE, order, 2));
        writer.join();
        assertThat(paged).doesNotHaveDuplicates().containsAll(before);
        assertThat(paged).isSortedAccordingTo((a, b) -> order.equals("asc") ? a.compareTo(b) : b.compareTo(a));
    }

    @Test
    void refusesForgedCursors() {
        AProduct product = aProduct();
        given.happened(Mode.LIVE, product.created(), product.changed(), product.changed());
        UUID any = UUID.randomUUID();
        for (String forged : List.of(
                "x",
                base64("null"),
                base64("[]"),
                base64("{\"field\":\"position\"}"),
                new Cursor("position", null, any, false).encode(),
                new Cursor("position", "1 or 1=1", any, false).encode(),
                new Cursor("position", 1.5, any, false).encode(),
                new Cursor("position", true, any, false).encode(),
                new Cursor("created_at", 1, any, false).encode(),
                new Cursor("position", 1, any, true).encode(),
                base64("{\"field\":\"position\",\"value\":1e400,\"id\":\"" + any + "\",\"direction\":\"desc\"}")))
            assertThatThrownBy(() -> page(state(product), Mode.LIVE, "desc", 2, forged))
                    .as(forged)
                    .isInstanceOfSatisfying(
                            Invalid.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_INPUT));
        for (long beyond : new long[] {Long.MIN_VALUE, -1, 0})
            assertThat(page(state(product), Mode.LIVE, "desc", 2, new Cursor("position", beyond, any, false).encode())
                            .data())
                    .isEmpty();
        assertThat(page(
                                state(product),
                                Mode.LIVE,
                                "desc",
                                5,
                                new Cursor("position", Long.MAX_VALUE, any, false).encode())
                        .data())
                .hasSize(3);
    }

    private static AccessGranted grant(UUID user, AProduct product, Instant at) {
        return new AccessGranted(UUID.randomUUID(), at, user, product.id(), null, null, 2900, "USD");
    }

    private static ApiKeyCreated aKey(UUID id, @Nullable UUID owner) {
        return new ApiKeyCreated(id, AT, owner, "CI", "sf_test_0123", "hash", Mode.TEST, List.of(), 60, null, null);
    }

    private static List<Long> positions(List<HistoryEntry> entries) {
        return entries.stream().map(HistoryEntry::position).toList();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static State state(AProduct product) {
        return Product.after(null, product.created());
    }

    private List<HistoryEntry> history(AProduct product) {
        return history(state(product), Mode.LIVE, "desc", 100);
    }

    private @Nullable Answer<?> at(AProduct product, Instant instant) {
        return get(state(product), Mode.LIVE, new AsOf.At(instant));
    }

    @Test
    void saysWhatItCannotKnowFromAnEventOnThatCannotBeRead() {
        UUID tag = UUID.randomUUID();
        TagCreated created = new TagCreated(tag, AT, "Red", "red");
        given.happened(
                Mode.LIVE,
                created,
                new TagChanged(tag, AT.plusSeconds(1), "Crimson", "red"),
                new TagChanged(tag, AT.plusSeconds(2), "Scarlet", "red"));
        State state = Tag.after(null, created);
        loseTheMeaning(tag, 1);
        List<HistoryEntry> entries = history(state, Mode.LIVE, "asc", 2);
        assertThat(entries).extracting(HistoryEntry::sequence).containsExactly(0L, 1L, 2L);
        assertThat(entries).extracting(HistoryEntry::unreadable).containsExactly(null, true, null);
        assertThat(changes(entries.getFirst())).containsKey("name");
        assertThat(entries.get(1).type()).isEqualTo("tag.unheard_of");
        assertThat(entries.get(1).changes()).isNull();
        assertThat(entries.get(2).changes()).isNull();
        assertThat(history(state, Mode.LIVE, "desc", 2)).isEqualTo(entries.reversed());
        assertThat(headers(get(state, Mode.LIVE, new AsOf.At(AT)))).doesNotContainKey("X-Tillstream-Stale");
        for (AsOf later :
                List.of(new AsOf.At(AT.plusSeconds(1)), new AsOf.At(AT.plusSeconds(2)), new AsOf.Version(2))) {
            Answer<?> still = get(state, Mode.LIVE, later);
            assertThat(json(still)).contains("\"name\":\"Red\"");
            assertThat(headers(still))
                    .containsEntry("X-Tillstream-Stale", "true")
                    .containsEntry("X-As-Of-Sequence", "0");
        }

        loseTheMeaning(tag, 0);
        assertThat(history(state, Mode.LIVE, "asc", 9)).hasSize(3).allMatch(entry -> entry.changes() == null);
        assertThat(get(state, Mode.LIVE, new AsOf.At(AT.plusSeconds(2)))).isNull();
        assertThatThrownBy(() -> history(state, Mode.TEST, "asc", 9)).isInstanceOf(Invalid.class);
    }

    private void loseTheMeaning(UUID aggregate, long sequence) {
        given.stored()
                .jdbc
                .sql("update events set type = 'tag.unheard_of' where aggregate_id = :id and sequence = :sequence")
                .param("id", aggregate.toString())
                .param("sequence", sequence)
                .update();
    }

    private static Map<String, Change> changes(HistoryEntry entry) {
        return Objects.requireNonNull(entry.changes());
    }

    private static Map<String, String> headers(@Nullable Answer<?> answer) {
        assertThat(answer).isNotNull();
        return Objects.requireNonNull(answer).headers();
    }
}
