package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tillstream.http.Shop.Reply;
import io.tillstream.http.access.Scope;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationTest {
    private static final Shop shop = Shop.shared();

    private static String reader() {
        return Servers.shared().key("products:read").make();
    }

    @Test
    void takesAKeyAsBearerBareOrInItsOwnHeader() {
        String key = reader();
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(200);
        assertThat(shop.send("GET", "/api/v1/things", null, "Authorization", key)
                        .status())
                .isEqualTo(200);
        assertThat(shop.send("GET", "/api/v1/things", null, "X-API-Key", key).status())
                .isEqualTo(200);
        assertThat(shop.send("GET", "/api/v1/things", null, "Authorization", "Basic abc", "X-API-Key", key)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void refusesNothingAndEmptyAsUnauthorized() {
        assertRefused(shop.send("GET", "/api/v1/things", null), "UNAUTHORIZED");
        assertRefused(shop.send("GET", "/api/v1/things", null, "X-API-Key", ""), "UNAUTHORIZED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer sf_live_short", "Bearer sk_live_a1b2", "bearer x", "Basic dTpw", "Bearer "})
    void ignoresWhatIsNoKeyInAuthorization(String authorization) {
        Reply reply = shop.send("GET", "/api/v1/things", null, "Authorization", authorization);
        assertRefused(reply, "UNAUTHORIZED");
        assertThat(reply.message()).doesNotContain("sf_live_").doesNotContain("hex");
    }

    @Test
    void refusesUnknownKeysAsInvalidToken() {
        assertRefused(shop.send("GET", "/api/v1/things", null, "X-API-Key", "invalid-key"), "INVALID_TOKEN");
        Reply unknown = shop.get("/api/v1/things", "sf_live_" + "0".repeat(64));
        assertRefused(unknown, "INVALID_TOKEN");
        assertThat(unknown.message()).isEqualTo("Invalid API key");
        assertThat(shop.get("/api/v1/things", "x".repeat(10_000)).status()).isEqualTo(401);
    }

    @Test
    void refusesInactiveAndExpiredKeys() {
        Servers servers = Servers.shared();
        assertRefused(
                shop.get(
                        "/api/v1/things",
                        servers.key("products:read").inactive().make()),
                "INVALID_TOKEN");
        String expiring = servers.key("products:read")
                .expires(shop.clock.instant().plus(Duration.ofHours(1)))
                .make();
        assertThat(shop.get("/api/v1/things", expiring).status()).isEqualTo(200);
        shop.clock.advance(Duration.ofHours(1));
        assertRefused(shop.get("/api/v1/things", expiring), "INVALID_TOKEN");
    }

    @Test
    void stopsARevokedKeySoon() {
        String key = reader();
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(200);
        Servers.shared().change(key, "active = false");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertRefused(shop.get("/api/v1/things", key), "INVALID_TOKEN"));
    }

    @Test
    void needsTheScopeAndSaysWhich() {
        Reply reply = shop.post("/api/v1/things", reader(), "{");
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.code()).isEqualTo("FORBIDDEN");
        assertThat(reply.message()).contains("permission").contains("products:write");
    }

    @Test
    void letsWriteImplyRead() {
        String writer = Servers.shared().key("products:write").make();
        assertThat(shop.get("/api/v1/things", writer).status()).isEqualTo(200);
        assertThat(shop.get("/api/v1/everything", writer).status()).isEqualTo(403);
    }

    @Test
    void letsAKeyWithAllScopesDoWhatNeedsAll() {
        String full = Servers.shared()
                .key(Scope.expand(List.of("*")).toArray(String[]::new))
                .make();
        assertThat(shop.get("/api/v1/everything", full).status()).isEqualTo(200);
        assertRefused(shop.get("/api/v1/private", full), "UNAUTHORIZED");
    }

    @Test
    void actsInTheModeOfTheKey() {
        String key = Servers.shared().key("products:read").test().make();
        assertThat(shop.get("/api/v1/seen", key).json().at("/data/mode").asString())
                .isEqualTo("test");
        Reply misspelt = shop.send("GET", "/api/v1/seen", null, "X-API-Key", reader(), "X-Tillstream-Mode", "Test");
        assertThat(misspelt.status()).isEqualTo(400);
        assertThat(misspelt.code()).isEqualTo("INVALID_INPUT");
    }

    @Test
    void brakesTheGuessingOfKeysButNotKnownOnes() {
        String key = reader();
        Shop guarded = Shop.second();
        assertThat(guarded.get("/api/v1/things", key).status()).isEqualTo(200);
        for (int i = 0; i < 60; i++) assertThat(guess(guarded).status()).isEqualTo(401);
        Reply braked = guess(guarded);
        assertThat(braked.status()).isEqualTo(429);
        assertThat(braked.header("Retry-After")).isPresent();
        assertThat(guarded.get("/api/v1/things", key).status()).isEqualTo(200);
        guarded.clock.advance(Duration.ofMinutes(1));
        assertThat(guess(guarded).status()).isEqualTo(401);
    }

    private static Reply guess(Shop at) {
        String random = UUID.randomUUID().toString().replace("-", "");
        return at.get("/api/v1/things", "sf_live_" + random + random);
    }

    private static void assertRefused(Reply reply, String code) {
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.json().has("data")).isFalse();
    }
}
