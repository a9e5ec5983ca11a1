package io.tillstream.events.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.events.user.UserStats.CurrencyValue;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class UserViewTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @Test
    void claimsItsEmailWhateverTheCase() {
        assertThat(user("Ada").derived().claims()).containsExactly(Claim.onPersonal(User.EMAIL, "ada@example.com"));
    }

    @Test
    void showsTheEmailAsItWasTyped() {
        ObjectNode json = json(user("Ada"), List.of());
        assertThat(json.path("email").asString()).isEqualTo("Ada@Example.com");
        assertThat(json.path("user_metadata").toString()).isEqualTo("{\"name\":\"Ada\"}");
    }

    @Test
    void hasNoMetadataWithoutAName() {
        assertThat(json(user(null), List.of()).path("user_metadata").isNull()).isTrue();
    }

    @Test
    void sumsEachCurrencyByItselfAndLeavesOutWhatWasRevoked() {
        Access revoked = grant(4, NOW, 5000, "USD");
        UserStats stats = UserStats.of(
                List.of(
                        grant(1, NOW, 2900, "USD"),
                        grant(2, NOW.plusSeconds(60), 1000, "EUR"),
                        grant(3, NOW.plusSeconds(30), 100, "USD"),
                        Access.after(revoked, new AccessRevoked(revoked.id(), NOW, ID))),
                "USD");
        assertThat(stats)
                .isEqualTo(new UserStats(
                        3,
                        3000,
                        List.of(new CurrencyValue("EUR", 1000), new CurrencyValue("USD", 3000)),
                        NOW.plusSeconds(60),
                        NOW));
    }

    @Test
    void hasEmptyStatsWithoutAnyGrant() {
        assertThat(UserStats.of(List.of(), "USD")).isEqualTo(new UserStats(0, 0, List.of(), null, null));
    }

    private static ObjectNode json(User user, List<Access> grants) {
        return EventJson.CLIENT.valueToTree(UserView.of(user, List.of(), UserStats.of(grants, "USD")));
    }

    private static User user(@Nullable String name) {
        return User.after(null, new UserRegistered(ID, NOW, "Ada@Example.com", name));
    }

    private static Access grant(int n, Instant at, long price, String currency) {
        return Access.after(
                null, new AccessGranted(new UUID(0, n), at, ID, new UUID(1, n), null, null, price, currency));
    }
}
