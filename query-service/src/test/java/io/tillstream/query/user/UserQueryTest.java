package io.tillstream.query.user;

import static io.tillstream.query.platform.GivenEvents.list;
import static io.tillstream.query.platform.GivenEvents.request;
import static io.tillstream.query.product.AProduct.aProduct;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import io.tillstream.events.Mode;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.access.AccessView;
import io.tillstream.events.envelope.Unreadable;
import io.tillstream.events.user.UserEvent.UserErased;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.events.user.UserStats;
import io.tillstream.events.user.UserStats.CurrencyValue;
import io.tillstream.events.user.UserView;
import io.tillstream.http.time.AsOf;
import io.tillstream.query.platform.GivenEvents;
import io.tillstream.query.platform.ReadStoreServer;
import io.tillstream.query.product.AProduct;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(ReadStoreServer.class)
class UserQueryTest {
    private static final Instant AT = Instant.parse("2026-04-01T10:00:00Z");

    private final UUID ada = UUID.randomUUID();
    private final ReadStoreServer server;
    private final GivenEvents given;
    private final UserQueryController users;

    UserQueryTest(ReadStoreServer server) {
        this.server = server;
        given = new GivenEvents(server);
        users = given.bean(UserQueryController.class);
    }

    @AfterEach
    void close() {
        given.close();
    }

    @Test
    void addsUpWhatWasGrantedAtThePriceOfThatTime() {
        AProduct course = aProduct().named("Course");
        AProduct kurs = aProduct().named("Kurs");
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        UUID third = UUID.randomUUID();
        given.happened(
                Mode.LIVE,
                course.created(),
                kurs.created(),
                new UserRegistered(ada, AT, "Ada@Example.com", "Ada"),
                new AccessGranted(first, AT, ada, course.id(), null, null, 2900, "USD"),
                new AccessGranted(second, AT.plusSeconds(1), ada, kurs.id(), null, null, 1000, "EUR"),
                new AccessRevoked(second, AT.plusSeconds(2), ada),
                new AccessGranted(third, AT.plusSeconds(3), ada, kurs.id(), null, null, 1500, "EUR"),
                course.named("Renamed").changed());
        UserView before = one();
        given.again();
        UserView view = one();
        assertThat(view).isEqualTo(before);
        assertThat(view.account().email()).isEqualTo("Ada@Example.com");
        assertThat(view.stats().totalProducts()).isEqualTo(2);
        assertThat(view.stats().totalValue()).isEqualTo(2900);
        assertThat(view.stats().totalValues())
                .containsExactly(new CurrencyValue("EUR", 1500), new CurrencyValue("USD", 2900));
        assertThat(view.stats().lastAccessGrantedAt()).isEqualTo(AT.plusSeconds(3));
        assertThat(view.productAccess()).extracting(AccessView::productName).containsExactly("Kurs", "Renamed");
    }

    @Test
    void tellsWhatHasExpiredByTheClock() {
        AProduct course = aProduct();
        UUID access = UUID.randomUUID();
        Instant end = AT.plusSeconds(60);
        given.happened(
                Mode.LIVE,
                course.created(),
                new UserRegistered(ada, AT, "ada@example.com", null),
                new AccessGranted(access, AT, ada, course.id(), end, null, 2900, "USD"));
        given.itIs(end.minusMillis(1));
        assertThat(one().productAccess().getFirst().isExpired()).isFalse();
        given.itIs(end);
        assertThat(one().productAccess().getFirst().isExpired()).isTrue();
        given.happened(Mode.LIVE, new AccessExtended(access, end, ada, 1, end.plusSeconds(86_400)));
        assertThat(one().productAccess().getFirst().isExpired()).isFalse();
    }

    @Test
    void pagesInEveryOrderAlsoWhereThereIsNoValue() {
        AProduct course = aProduct();
        given.happened(Mode.LIVE, course.created());
        for (int i = 0; i < 11; i++) {
            UUID user = UUID.randomUUID();
            given.happened(Mode.LIVE, new UserRegistered(user, AT.plusSeconds(i / 3), "u" + i + "@example.com", null));
            if (i % 3 == 0)
                given.happened(
                        Mode.LIVE,
                        new AccessGranted(
                                UUID.randomUUID(), AT.plusSeconds(i), user, course.id(), null, null, 100L * i, "USD"));
        }
        for (String sort : List.of(
                "created_at",
                "user_created_at",
                "email",
                "last_sign_in_at",
                "total_products",
                "total_value",
                "last_access_granted_at")) {
            for (boolean ascending : new boolean[] {true, false}) {
                List<UUID> paged = new ArrayList<>();
                @Nullable String cursor = null;
                do {
                    var page = users.list(request(Mode.LIVE), list(sort, ascending, 4, null, cursor, Map.of()));
                    page.data().forEach(view -> paged.add(view.account().id()));
                    cursor = page.pagination().nextCursor();
                } while (cursor != null);
                List<UUID> whole =
                        users.list(request(Mode.LIVE), list(sort, ascending, 100, null, null, Map.of())).data().stream()
                                .map(view -> view.account().id())
                                .toList();
                assertThat(paged).as("%s %s", sort, ascending).hasSize(11).isEqualTo(whole);
            }
        }
        List<UserView> newestGrantLast = users.list(
                        request(Mode.LIVE), list("last_access_granted_at", true, 100, null, null, Map.of()))
                .data();
        assertThat(newestGrantLast.getFirst().stats().lastAccessGrantedAt()).isEqualTo(AT);
        assertThat(newestGrantLast.getLast().stats().lastAccessGrantedAt()).isNull();
    }

    @Test
    void findsAnEMailWhateverItsCase() {
        given.happened(Mode.LIVE, new UserRegistered(ada, AT, "Ada+shop@Example.com", null));
        var page = users.list(request(Mode.LIVE), list("created_at", false, 5, "ADA+SHOP@EXAMPLE", null, Map.of()));
        assertThat(page.data()).extracting(view -> view.account().id()).containsExactly(ada);
        assertThat(page.pagination().total()).isEqualTo(1);
    }

    @Test
    void showsNobodyInAnErasedAccount() {
        UUID grace = UUID.randomUUID();
        AProduct course = aProduct();
        UUID access = UUID.randomUUID();
        given.happened(
                Mode.LIVE,
                course.created(),
                new UserRegistered(ada, AT, "Ada@Example.com", "Ada Lovelace"),
                new UserRegistered(grace, AT, "grace@example.com", null),
                new AccessGranted(access, AT, ada, course.id(), null, null, 2900, "USD"),
                new UserErased(ada, AT.plusSeconds(9), "Asked for it"),
                new AccessRevoked(access, AT.plusSeconds(9), ada));
        UserView nobody = one();
        assertThat(nobody.account().email()).isNull();
        assertThat(nobody.account().userMetadata()).isNull();
        assertThat(nobody.account().erasedAt()).isEqualTo(AT.plusSeconds(9));
        assertThat(nobody.productAccess()).isEmpty();
        assertThat(nobody.stats()).isEqualTo(UserStats.NONE);
        given.again();
        assertThat(one()).isEqualTo(nobody);
        assertThat(found("email", true, null)).containsExactly(grace, ada);
        assertThat(found("email", false, null)).containsExactly(ada, grace);
        assertThat(found("created_at", true, "ada@")).isEmpty();
        assertThat(found("created_at", true, "lovelace")).isEmpty();
        assertThat(documents(given).toString()).doesNotContainIgnoringCase("ada@example", "lovelace");
    }

    @Test
    void isTheSameAfterAnErasureAsBuiltAnew() {
        AProduct course = aProduct();
        UUID access = UUID.randomUUID();
        given.happened(
                Mode.LIVE,
                course.created(),
                new UserRegistered(ada, AT, "ada@example.com", "Ada"),
                new AccessGranted(access, AT, ada, course.id(), null, null, 2900, "USD"),
                new UserErased(ada, AT.plusSeconds(9), "Asked for it"),
                new AccessRevoked(access, AT.plusSeconds(9), ada));
        given.stored().forget(ada);
        try (GivenEvents anew = new GivenEvents(server)) {
            given.retellFromStore(anew);
            assertThat(documents(given)).isNotEmpty().isEqualTo(documents(anew));
        }
    }

    @Test
    void forgetsAlsoWhomAParkedDocumentShows() {
        given.happened(Mode.LIVE, new UserRegistered(ada, AT, "ada@example.com", "Ada Lovelace"));
        given.happenedUnreadably(Mode.LIVE, new Unreadable(ada, AT, "for a test"), "user");
        assertThat(given.parked()).isEqualTo(1);
        given.happened(Mode.LIVE, new UserErased(ada, AT.plusSeconds(9), "Asked for it"));
        assertThat(documents(given).toString()).doesNotContainIgnoringCase("ada@example", "lovelace");
        assertThat(users.get(request(Mode.LIVE), ada, AsOf.NOW).headers()).containsEntry("X-Tillstream-Stale", "true");
        assertThat(one().account().email()).isNull();
    }

    private List<UUID> found(String sort, boolean ascending, @Nullable String search) {
        return users.list(request(Mode.LIVE), list(sort, ascending, 10, search, null, Map.of())).data().stream()
                .map(view -> view.account().id())
                .toList();
    }

    /** Every document of every collection but for how far the collections are. */
    private static Map<String, List<Document>> documents(GivenEvents of) {
        MongoDatabase database = of.bean(MongoDatabase.class);
        Map<String, List<Document>> all = new TreeMap<>();
        for (String collection : database.listCollectionNames())
            all.put(collection, database.getCollection(collection).find().into(new ArrayList<>()));
        all.remove("checkpoints");
        return all;
    }

    private UserView one() {
        return Objects.requireNonNull(
                users.get(request(Mode.LIVE), ada, AsOf.NOW).data());
    }
}
