package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tillstream.http.Shop.Reply;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.session.LoginThrottle;
import io.tillstream.http.session.Sessions;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SessionTest {
    private static final Shop shop = Shop.shared();

    private static String cookie(String token) {
        return "tillstream_session=" + token;
    }

    private static String login() {
        return shop.send("POST", "/api/auth/login", null).json().at("/data").asString();
    }

    @Test
    void setsACookieThatScriptsCannotRead() {
        String cookie =
                shop.send("POST", "/api/auth/login", null).header("Set-Cookie").orElseThrow();
        assertThat(cookie)
                .startsWith("tillstream_session=")
                .contains("HttpOnly")
                .contains("SameSite=Lax")
                .contains("Path=/")
                .contains("Max-Age=43200")
                .doesNotContain("Secure");
        Request elsewhere =
                Request.builder("POST", "/api/auth/login").host("shop.example").build();
        assertThat(shop.bean(Sessions.class).cookie("t", elsewhere)).contains("Secure");
    }

    @Test
    void hasEveryScopeAndNoLimit() {
        Reply reply = shop.send("GET", "/api/v1/everything", null, "Cookie", cookie(login()));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("RateLimit")).isEmpty();
    }

    @Test
    void beatsAKey() {
        String key = Servers.shared().key("users:read").make();
        Reply reply =
                shop.send("GET", "/api/v1/seen", null, "Cookie", cookie(login()), "Authorization", "Bearer " + key);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().at("/data/actor").asString()).isEqualTo("admin:" + ThingController.ADMIN);
    }

    @Test
    void leavesTheKeyWhenItIsNone() {
        String key = Servers.shared().key("products:read").make();
        assertThat(shop.send("GET", "/api/v1/seen", null, "Cookie", cookie("unknown"), "X-API-Key", key)
                        .status())
                .isEqualTo(200);
        assertThat(shop.send("GET", "/api/v1/seen", null, "Cookie", cookie("unknown"))
                        .code())
                .isEqualTo("UNAUTHORIZED");
    }

    @Test
    void actsInTheModeItNames() {
        String token = login();
        assertThat(mode(shop.send("GET", "/api/v1/seen", null, "Cookie", cookie(token))))
                .isEqualTo("live");
        assertThat(mode(shop.send("GET", "/api/v1/seen", null, "Cookie", cookie(token), "X-Tillstream-Mode", "test")))
                .isEqualTo("test");
        assertThat(shop.send("GET", "/api/v1/seen", null, "Cookie", cookie(token), "X-Tillstream-Mode", "Test")
                        .status())
                .isEqualTo(400);
    }

    private static String mode(Reply reply) {
        return reply.json().at("/data/mode").asString();
    }

    @Test
    void changesNothingForAnotherSite() {
        String token = login();
        assertThat(shop.send("POST", "/api/v1/private", null, "Cookie", cookie(token))
                        .status())
                .isEqualTo(403);
        Reply foreign =
                shop.send("POST", "/api/v1/private", null, "Cookie", cookie(token), "Origin", "https://evil.example");
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.code()).isEqualTo("FORBIDDEN");
        assertThat(shop.send("POST", "/api/v1/private", null, "Cookie", cookie(token), "Origin", "null")
                        .status())
                .isEqualTo(403);
        String own = "http://127.0.0.1:" + shop.port;
        assertThat(shop.send("POST", "/api/v1/private", null, "Cookie", cookie(token), "Origin", own)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void answersAtTheSessionsOwnRoutesOutsideTheApi() {
        assertThat(shop.send("GET", "/api/auth/session", null).code()).isEqualTo("UNAUTHORIZED");
        assertThat(shop.send("GET", "/api/auth/session", null, "Cookie", cookie(login()))
                        .json()
                        .at("/data")
                        .asString())
                .isEqualTo("Ada");
        String key = Servers.shared().key("products:read").make();
        assertThat(shop.get("/api/auth/session", key).status()).isEqualTo(401);
    }

    @Test
    void endsWhenItIsEndedAloneOrWithTheOthers() {
        Sessions sessions = shop.bean(Sessions.class);
        UUID admin = UUID.randomUUID();
        String one = sessions.create(admin, "Bo");
        String two = sessions.create(admin, "Bo");
        String three = sessions.create(admin, "Bo");
        sessions.end(one);
        assertThat(found(one)).isFalse();
        assertThat(found(two)).isTrue();
        sessions.endAll(admin);
        assertThat(found(two)).isFalse();
        assertThat(found(three)).isFalse();
    }

    @Test
    void endsThirtyDaysAfterItsFirstRequest() {
        String token = login();
        shop.clock.advance(Duration.ofDays(30));
        assertThat(shop.send("GET", "/api/v1/private", null, "Cookie", cookie(token))
                        .status())
                .isEqualTo(401);
    }

    private static boolean found(String token) {
        return shop.bean(Sessions.class)
                .find(token)
                .toCompletableFuture()
                .join()
                .isPresent();
    }

    @Test
    void brakesFailedLoginsPerEmailAndPerAddress() {
        LoginThrottle throttle = shop.bean(LoginThrottle.class);
        String email = UUID.randomUUID() + "@example.com";
        for (int i = 0; i < 10; i++) throttle.attempt("192.0.2." + i, email);
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> throttle.attempt("192.0.2.99", email.toUpperCase(Locale.ROOT)))
                .satisfies(e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                    assertThat(e.retryAfter()).isBetween(890L, 900L);
                });
        String ip = "198.51.100." + Math.floorMod(email.hashCode(), 200);
        for (int i = 0; i < 10; i++) throttle.attempt(ip, UUID.randomUUID() + "@example.com");
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> throttle.attempt(ip, UUID.randomUUID() + "@example.com"));
    }

    @Test
    void doesNotCountLoginsThatWorked() {
        LoginThrottle throttle = shop.bean(LoginThrottle.class);
        String email = UUID.randomUUID() + "@example.com";
        for (int i = 0; i < 30; i++) {
            throttle.attempt("203.0.113.1", email);
            throttle.succeeded("203.0.113.1", email);
        }
    }
}
