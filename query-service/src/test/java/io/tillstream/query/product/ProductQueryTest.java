package io.tillstream.query.product;

import static io.tillstream.query.platform.GivenEvents.list;
import static io.tillstream.query.platform.GivenEvents.request;
import static io.tillstream.query.product.AProduct.aProduct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.events.Mode;
import io.tillstream.events.category.CategoryEvent.CategoryCreated;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.envelope.Unreadable;
import io.tillstream.events.product.Label;
import io.tillstream.events.product.ProductEvent.ProductDeactivated;
import io.tillstream.events.product.ProductEvent.ProductDeleted;
import io.tillstream.events.product.ProductView;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.tag.TagEvent.TagDeleted;
import io.tillstream.http.Answer;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.GivenEvents;
import io.tillstream.query.platform.ReadStoreServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(ReadStoreServer.class)
class ProductQueryTest {
    private static final Instant AT = Instant.parse("2026-04-01T10:00:00Z");

    private final ReadStoreServer server;
    private final GivenEvents given;
    private final ProductQueryController products;

    ProductQueryTest(ReadStoreServer server) {
        this.server = server;
        given = new GivenEvents(server);
        products = given.bean(ProductQueryController.class);
    }

    @AfterEach
    void close() {
        given.close();
    }

    @Test
    void showsAProductAsItsEventsMadeIt() {
        AProduct product = aProduct().named("Guitar").with(Map.of("$where", "1", "a.b", Map.of("", "\0")));
        given.happened(Mode.LIVE, product.created(), new ProductDeactivated(product.id(), AT.plusSeconds(5)));

        Answer<ProductView> answer = products.get(request(Mode.LIVE), product.id(), AsOf.NOW);
        assertThat(answer.etag()).isEqualTo("\"1\"");
        ProductView view = java.util.Objects.requireNonNull(answer.data());
        assertThat(view.product().isActive()).isFalse();
        assertThat(view.product().details()).isEqualTo(product.created().details());
        assertThat(view.product().updatedAt()).isEqualTo(AT.plusSeconds(5));
        assertThat(view.categories()).isEmpty();
    }

    @Test
    void isTheSameWhenEventsComeAgain() {
        AProduct product = aProduct();
        given.happened(Mode.LIVE, product.created(), product.named("Renamed").changed());
        String before = json(products.get(request(Mode.LIVE), product.id(), AsOf.NOW));
        given.again();
        given.againFromCheckpointZero();
        given.reopen();
        assertThat(json(products.get(request(Mode.LIVE), product.id(), AsOf.NOW)))
                .isEqualTo(before);
    }

    @Test
    void isTheSameInBatchesOfAnySize() {
        Random random = new Random(7);
        List<AProduct> known = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            if (known.isEmpty() || random.nextInt(3) == 0) {
                AProduct product = aProduct().at(AT.plusSeconds(i));
                known.add(product);
                given.happened(Mode.LIVE, product.created());
            } else {
                AProduct product = known.get(random.nextInt(known.size())).at(AT.plusSeconds(i));
                given.happened(Mode.LIVE, product.named("Name " + i).changed());
            }
        }
        String expected = json(products.list(request(Mode.LIVE), all("created_at", true)));
        for (List<Integer> sizes : List.of(List.of(60), List.of(1, 7, 3), List.of(2, 50))) {
            try (GivenEvents other = new GivenEvents(server)) {
                given.retell(other, sizes);
                ProductQueryController there = other.bean(ProductQueryController.class);
                assertThat(json(there.list(request(Mode.LIVE), all("created_at", true))))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void doesNotShowADeletedOne() {
        AProduct product = aProduct();
        given.happened(Mode.LIVE, product.created(), new ProductDeleted(product.id(), AT.plusSeconds(1)));
        given.again();
        assertThatThrownBy(() -> products.get(request(Mode.LIVE), product.id(), AsOf.NOW))
                .isInstanceOf(Invalid.class);
        assertThat(products.list(request(Mode.LIVE), all("created_at", false)).data())
                .isEmpty();
    }

    @Test
    void pagesThroughAllInEveryOrder() {
        for (int i = 0; i < 12; i++) {
            AProduct product = aProduct()
                    .named(i % 4 == 0 ? "Same" : "Name " + (char) ('z' - i))
                    .priced(100L * (i % 3), "USD")
                    .at(AT.plusSeconds(i / 2));
            given.happened(Mode.LIVE, (i % 5 == 0 ? product.inactive() : product).created());
        }
        for (String sort : List.of("created_at", "updated_at", "name", "slug", "price", "is_active", "is_featured")) {
            for (boolean ascending : new boolean[] {true, false}) {
                List<UUID> whole = ids(products.list(request(Mode.LIVE), all(sort, ascending)));
                assertThat(whole).hasSize(12).doesNotHaveDuplicates();
                List<UUID> paged = new ArrayList<>();
                @Nullable String cursor = null;
                do {
                    Listing<ProductView> page =
                            products.list(request(Mode.LIVE), list(sort, ascending, 5, null, cursor, Map.of()));
                    assertThat(page.pagination().total()).isEqualTo(12);
                    assertThat(page.pagination().hasMore())
                            .isEqualTo(page.pagination().nextCursor() != null);
                    paged.addAll(ids(page));
                    cursor = page.pagination().nextCursor();
                } while (cursor != null);
                assertThat(paged).as("%s %s", sort, ascending).isEqualTo(whole);
            }
        }
        List<UUID> ascending = ids(products.list(request(Mode.LIVE), all("price", true)));
        assertThat(ids(products.list(request(Mode.LIVE), all("price", false)))).isEqualTo(reversed(ascending));
    }

    @Test
    void sortsNamesWhateverTheirCase() {
        given.happened(
                Mode.LIVE,
                aProduct().named("zebra").created(),
                aProduct().named("Äpfel").created(),
                aProduct().named("Apple").created(),
                aProduct().named("apple pie").created());
        assertThat(products.list(request(Mode.LIVE), all("name", true)).data())
                .extracting(view -> view.product().details().name())
                .containsExactly("Apple", "apple pie", "zebra", "Äpfel");
    }

    @Test
    void findsTextLiterally() {
        given.happened(
                Mode.LIVE,
                aProduct().named("100% Pure (raw)").describedAs(null).created(),
                aProduct()
                        .named("Other")
                        .describedAs("costs $5.00 [net] ^a.b*c\\d+")
                        .created(),
                aProduct().named("Plain").created());
        assertThat(found("PURE (RAW")).containsExactly("100% Pure (raw)");
        assertThat(found("$5.00 [net] ^a.b*c\\d+")).containsExactly("Other");
        assertThat(found(".*")).isEmpty();
        assertThat(found("%")).containsExactly("100% Pure (raw)");
        assertThat(found("_")).isEmpty();
        assertThat(found("a|b")).isEmpty();
        assertThat(found("\0")).isEmpty();
        assertThat(found("course")).containsExactly("Plain");
    }

    @Test
    void filtersByStatus() {
        given.happened(
                Mode.LIVE,
                aProduct().named("On").created(),
                aProduct().named("Off").inactive().created());
        assertThat(names(Map.of("status", "active"))).containsExactly("On");
        assertThat(names(Map.of("status", "inactive"))).containsExactly("Off");
        assertThat(names(Map.of("status", "whatever"))).containsExactlyInAnyOrder("On", "Off");
    }

    @Test
    void filtersByCategoriesAndTagsAllOfThem() {
        UUID books = UUID.randomUUID();
        UUID red = UUID.randomUUID();
        UUID blue = UUID.randomUUID();
        given.happened(
                Mode.LIVE,
                new CategoryCreated(books, AT, "Books", "books", null),
                new TagCreated(red, AT, "Red", "Red"),
                new TagCreated(blue, AT, "Blue", "blue"),
                aProduct().named("Both").in(books).tagged(red, blue).created(),
                aProduct().named("One").tagged(red).created(),
                aProduct().named("None").created());
        assertThat(names(Map.of("tag", "Red"))).containsExactlyInAnyOrder("Both", "One");
        assertThat(names(Map.of("tag", "red"))).isEmpty();
        assertThat(names(Map.of("tag", " Red ,, " + blue.toString().toUpperCase(java.util.Locale.ROOT))))
                .containsExactly("Both");
        assertThat(names(Map.of("tag", "Red", "category", "books"))).containsExactly("Both");
        assertThat(names(Map.of("tag", "Red", "category", "nowhere"))).isEmpty();
        assertThat(names(Map.of("category", UUID.randomUUID().toString()))).isEmpty();
        assertThat(names(Map.of("category", ","))).hasSize(3);
        assertThatThrownBy(() -> names(Map.of("tag", "a b"))).isInstanceOf(Invalid.class);
        String many = String.join(",", Collections.nCopies(21, "a"));
        assertThatThrownBy(() -> names(Map.of("tag", many))).isInstanceOf(Invalid.class);
    }

    @Test
    void answersAnUnknownSlugWithAnEmptyFirstPage() {
        Listing<ProductView> page =
                products.list(request(Mode.LIVE), list("created_at", false, 7, null, null, Map.of("tag", "nowhere")));
        assertThat(EventJson.CLIENT.valueToTree(page).toString())
                .isEqualTo("{\"data\":[],\"pagination\":{\"cursor\":null,\"next_cursor\":null,\"has_more\":false,"
                        + "\"limit\":7,\"total\":0}}");
    }

    @Test
    void embedsLabelsAsTheyAreNow() {
        UUID red = UUID.randomUUID();
        UUID gone = UUID.randomUUID();
        AProduct product = aProduct().tagged(red, gone);
        given.happened(
                Mode.LIVE,
                new TagCreated(red, AT, "Red", "red"),
                new TagCreated(gone, AT, "Gone", "gone"),
                product.created(),
                new TagChanged(red, AT, "Crimson", "crimson"),
                new TagDeleted(gone, AT));
        ProductView single = java.util.Objects.requireNonNull(
                products.get(request(Mode.LIVE), product.id(), AsOf.NOW).data());
        assertThat(single.tags()).containsExactly(new Label(red, "Crimson", "crimson"));
        ProductView bare = java.util.Objects.requireNonNull(products.get(
                        request(Mode.LIVE, Map.of("embed", List.of(""))), product.id(), AsOf.NOW)
                .data());
        assertThat(bare.tags()).isNull();
        assertThat(bare.categories()).isNull();
        ProductView listed = products.list(
                        request(Mode.LIVE), list("created_at", false, 5, null, null, Map.of("embed", "tags, what")))
                .data()
                .getFirst();
        assertThat(listed.tags()).hasSize(1);
        assertThat(listed.categories()).isNull();
        assertThat(listed.bundleItemCount()).isZero();
    }

    @Test
    void refusesACursorWhoseValueDoesNotFit() {
        String forged = list("price", true, 5, null, null, Map.of())
                .after("cheap", UUID.randomUUID())
                .encode();
        assertThatThrownBy(() -> products.list(request(Mode.LIVE), list("price", true, 5, null, forged, Map.of())))
                .isInstanceOf(Invalid.class);
        String far = list("created_at", true, 5, null, null, Map.of())
                .after(Instant.MAX.toString(), UUID.randomUUID())
                .encode();
        assertThatThrownBy(() -> products.list(request(Mode.LIVE), list("created_at", true, 5, null, far, Map.of())))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void setsAsideAProductThatCannotBeDigestedAndGoesOn() {
        AProduct broken = aProduct();
        AProduct fine = aProduct();
        given.happened(Mode.LIVE, broken.created(), fine.created());
        given.happenedUnreadably(Mode.LIVE, new Unreadable(broken.id(), AT, "no such type"), "product");
        given.happened(
                Mode.LIVE,
                broken.named("Later").changed(),
                fine.named("Renamed").changed());

        assertThat(given.parked()).isEqualTo(1);
        Answer<ProductView> stale = products.get(request(Mode.LIVE), broken.id(), AsOf.NOW);
        assertThat(stale.headers()).containsEntry("X-Tillstream-Stale", "true");
        assertThat(stale.etag()).isEqualTo("\"0\"");
        Answer<ProductView> fresh = products.get(request(Mode.LIVE), fine.id(), AsOf.NOW);
        assertThat(fresh.headers()).isEmpty();
        assertThat(fresh.etag()).isEqualTo("\"1\"");
        given.reopen();
        assertThat(products.get(request(Mode.LIVE), broken.id(), AsOf.NOW).headers())
                .containsKey("X-Tillstream-Stale");
    }

    private static ListQuery all(String sort, boolean ascending) {
        return list(sort, ascending, 100, null, null, Map.of());
    }

    private static List<UUID> ids(Listing<ProductView> page) {
        return page.data().stream().map(view -> view.product().id()).toList();
    }

    private static List<UUID> reversed(List<UUID> ids) {
        return IntStream.range(0, ids.size())
                .boxed()
                .sorted(Comparator.reverseOrder())
                .map(ids::get)
                .toList();
    }

    private List<String> found(String term) {
        return products.list(request(Mode.LIVE), list("created_at", false, 100, term, null, Map.of())).data().stream()
                .map(view -> view.product().details().name())
                .toList();
    }

    private List<String> names(Map<String, String> filters) {
        return products.list(request(Mode.LIVE), list("created_at", false, 100, null, null, filters)).data().stream()
                .map(view -> view.product().details().name())
                .toList();
    }

    private static String json(Object answer) {
        return EventJson.CLIENT.writeValueAsString(answer instanceof Answer<?> one ? one.data() : answer);
    }
}
