package io.tillstream.command.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.admin.Admins;
import io.tillstream.command.spec.Shop;
import io.tillstream.command.spec.Shop.Client;
import io.tillstream.command.spec.Shop.Reply;
import io.tillstream.store.WritableStore;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyEndpointsTest {
    private static final String PATH = "/api/v1/api-keys";
    private static final Shop SHOP = Shop.open();
    private static final Client ADMIN = SHOP.admin();

    @Test
    void needASessionWhateverScopesAKeyHas() {
        assertThat(SHOP.nobody().post(PATH, "{}").outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(SHOP.operator().post(PATH, "{}").outcome()).isEqualTo("401 UNAUTHORIZED");
    }

    @Nested
    class Create {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'scopes': ['*']}",
                    "{'name': ' ', 'scopes': ['*']}",
                    "{'name': 'CI'}",
                    "{'name': 'CI', 'scopes': null}",
                    "{'name': 'CI', 'scopes': []}",
                    "{'name': 'CI', 'scopes': 'products:read'}",
                    "{'name': 'CI', 'scopes': {}}",
                    "{'name': 'CI', 'scopes': ['payments:read']}",
                    "{'name': 'CI', 'scopes': ['*'], 'rate_limit_per_minute': 0}",
                    "{'name': 'CI', 'scopes': ['*'], 'rate_limit_per_minute': 1001}",
                    "{'name': 'CI', 'scopes': ['*'], 'rate_limit_per_minute': '60'}",
                    "{'name': 'CI', 'scopes': ['*'], 'expires_at': '2020-01-01T00:00:00Z'}",
                    "{'name': 'CI', 'scopes': ['*'], 'expires_at': 'later'}",
                    "{'name': 'CI', 'scopes': ['*'], 'environment': 'staging'}"
                })
        void refusesABadField(String body) {
            assertThat(ADMIN.post(PATH, body).outcome()).isEqualTo("400 VALIDATION_ERROR");
        }

        @Test
        void showsTheKeyThisOnceAndItWorks() {
            Reply reply =
                    ADMIN.post(PATH, "{'name': ' CI ', 'scopes': ['users:write', 'products:write', 'users:write']}");
            assertThat(reply.outcome()).isEqualTo("201");
            assertThat(reply.data().propertyNames())
                    .containsExactly(
                            "id",
                            "name",
                            "key_prefix",
                            "environment",
                            "scopes",
                            "rate_limit_per_minute",
                            "expires_at",
                            "created_at",
                            "key",
                            "warning");
            String key = key(reply);
            assertThat(key).matches("sf_live_[a-f0-9]{64}");
            assertThat(reply.data().path("name").asString()).isEqualTo("CI");
            assertThat(reply.data().path("key_prefix").asString()).isEqualTo(key.substring(0, 12));
            assertThat(reply.data().path("scopes").toString()).isEqualTo("[\"users:write\",\"products:write\"]");
            assertThat(reply.data().path("rate_limit_per_minute").asInt()).isEqualTo(60);
            assertThat(reply.data().path("warning").asString()).contains("Save this key now");
            assertThat(use(key)).isEqualTo("400 VALIDATION_ERROR");
            assertThat(reply.json().toString()).doesNotContain("hash");
        }

        @Test
        void expandsTheStarToAllScopes() {
            Reply reply = ADMIN.post(PATH, "{'name': 'All', 'scopes': ['*']}");
            assertThat(reply.data().path("scopes").size()).isEqualTo(13);
            assertThat(reply.data().path("scopes").toString()).doesNotContain("*");
        }

        @Test
        void makesTestKeysToo() {
            Reply reply = ADMIN.post(PATH, "{'name': 'T', 'scopes': ['*'], 'environment': 'test'}");
            assertThat(key(reply)).startsWith("sf_test_");
            assertThat(reply.data().path("environment").asString()).isEqualTo("test");
        }

        @Test
        void keepsNothingOfTheKeyButItsHash() {
            Reply reply = ADMIN.with("Idempotency-Key", UUID.randomUUID().toString())
                    .post(PATH, "{'name': 'Kept', 'scopes': ['*']}");
            String stored = SHOP.bean(WritableStore.class)
                    .jdbc()
                    .sql("select string_agg(payload || metadata, '') from events where aggregate_id = :id")
                    .param("id", reply.id())
                    .query(String.class)
                    .single();
            assertThat(stored).contains("\"key_prefix\"").doesNotContain(key(reply));
        }
    }

    @Nested
    class Update {
        @Test
        void changesNameScopesLimitAndWhetherItIsActive() {
            Reply made = created();
            Reply reply = ADMIN.patch(
                    path(made),
                    "{'name': 'Nightly', 'scopes': ['coupons:read'], 'rate_limit_per_minute': 5, 'is_active': false}");
            assertThat(reply.outcome()).isEqualTo("200");
            assertThat(reply.data().path("name").asString()).isEqualTo("Nightly");
            assertThat(reply.data().path("scopes").toString()).isEqualTo("[\"coupons:read\"]");
            assertThat(reply.data().path("rate_limit_per_minute").asInt()).isEqualTo(5);
            assertThat(reply.data().path("is_active").asBoolean(true)).isFalse();
            awaitUse(key(made), "401 INVALID_TOKEN");
            ADMIN.patch(path(made), "{'is_active': true}");
            awaitUse(key(made), "403 FORBIDDEN");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{'expires_at': null}",
                    "{'key_hash': 'x'}",
                    "{'name': ''}",
                    "{'scopes': []}",
                    "{'rate_limit_per_minute': 0}",
                    "{'is_active': 'yes'}"
                })
        void refusesABadBodyAndOneThatChangesNothing(String body) {
            assertThat(ADMIN.patch(path(created()), body).outcome()).isEqualTo("400 VALIDATION_ERROR");
        }

        @Test
        void refusesAnUnknownOneAnotherAdminsAndARevokedOne() {
            assertThat(ADMIN.patch(PATH + "/" + UUID.randomUUID(), "{'name': 'N'}")
                            .outcome())
                    .isEqualTo("404 NOT_FOUND");
            Reply made = created();
            assertThat(anotherAdmin().patch(path(made), "{'name': 'N'}").outcome())
                    .isEqualTo("404 NOT_FOUND");
            ADMIN.delete(path(made));
            assertThat(ADMIN.patch(path(made), "{'name': 'N'}").outcome()).isEqualTo("400 VALIDATION_ERROR");
        }
    }

    @Nested
    class Revoke {
        @Test
        void stopsItAtOnceAndForGood() {
            Reply made = created();
            Reply reply = ADMIN.delete(path(made) + "?reason=Leaked");
            assertThat(reply.outcome()).isEqualTo("200");
            assertThat(reply.data().propertyNames()).containsExactly("id", "name", "revoked", "revoked_at");
            assertThat(reply.data().path("revoked").asBoolean(false)).isTrue();
            awaitUse(key(made), "401 INVALID_TOKEN");
            assertThat(ADMIN.delete(path(made)).outcome()).isEqualTo("400 VALIDATION_ERROR");
        }

        @Test
        void refusesAnUnknownOneAMalformedIdAndALongReason() {
            assertThat(ADMIN.delete(PATH + "/" + UUID.randomUUID()).outcome()).isEqualTo("404 NOT_FOUND");
            assertThat(ADMIN.delete(PATH + "/x").outcome()).isEqualTo("400 INVALID_INPUT");
            Reply reply = ADMIN.delete(path(created()) + "?reason=" + "r".repeat(501));
            assertThat(reply.outcome()).isEqualTo("400 VALIDATION_ERROR");
            assertThat(reply.detail("reason")).contains("500");
        }

        @Test
        void endsAGracePeriod() {
            Reply made = created();
            ADMIN.post(path(made) + "/rotate", "{}");
            assertThat(use(key(made))).isEqualTo("400 VALIDATION_ERROR");
            assertThat(ADMIN.delete(path(made)).outcome()).isEqualTo("200");
            awaitUse(key(made), "401 INVALID_TOKEN");
        }
    }

    @Nested
    class Rotate {
        @Test
        void handsOverAndLetsBothWorkForADay() {
            Reply made = created();
            Reply reply = ADMIN.send("POST", path(made) + "/rotate", null);
            assertThat(reply.outcome()).isEqualTo("201");
            assertThat(reply.data().propertyNames()).containsExactly("new_key", "old_key");
            var fresh = reply.data().path("new_key");
            assertThat(fresh.path("name").asString()).isEqualTo("CI (rotated)");
            assertThat(fresh.path("scopes")).isEqualTo(made.data().path("scopes"));
            assertThat(fresh.path("key").asString()).matches("sf_live_[a-f0-9]{64}");
            Instant grace = Instant.parse(
                    reply.data().path("old_key").path("grace_until").asString());
            assertThat(Duration.between(Instant.now(SHOP.clock()), grace))
                    .isBetween(Duration.ofHours(23), Duration.ofHours(24));
            assertThat(use(key(made))).isEqualTo("400 VALIDATION_ERROR");
            assertThat(use(fresh.path("key").asString())).isEqualTo("400 VALIDATION_ERROR");
        }

        @Test
        void revokesItAtOnceWithoutGrace() {
            Reply made = created();
            Reply reply = ADMIN.post(path(made) + "/rotate", "{'grace_period_hours': 0}");
            assertThat(reply.data().path("old_key").path("grace_until").isNull())
                    .isTrue();
            assertThat(reply.data().path("old_key").path("message").asString()).contains("immediately deactivated");
            awaitUse(key(made), "401 INVALID_TOKEN");
            assertThat(ADMIN.post(path(made) + "/rotate", "{}").outcome()).isEqualTo("400 VALIDATION_ERROR");
        }

        @Test
        void refusesABadGraceBeforeAnUnknownKey() {
            Reply reply = ADMIN.post(PATH + "/" + UUID.randomUUID() + "/rotate", "{'grace_period_hours': 169}");
            assertThat(reply.outcome()).isEqualTo("400 VALIDATION_ERROR");
            assertThat(reply.message()).contains("168");
            assertThat(ADMIN.post(PATH + "/" + UUID.randomUUID() + "/rotate", "{}")
                            .outcome())
                    .isEqualTo("404 NOT_FOUND");
        }

        @Test
        void refusesAnInactiveOne() {
            Reply made = created();
            ADMIN.patch(path(made), "{'is_active': false}");
            Reply reply = ADMIN.post(path(made) + "/rotate", "{}");
            assertThat(reply.outcome()).isEqualTo("400 VALIDATION_ERROR");
            assertThat(reply.message()).contains("inactive");
        }
    }

    private static Client anotherAdmin() {
        String email = Shop.unique("admin") + "@example.com";
        SHOP.bean(Admins.class).add("test", email, "correct horse battery");
        return SHOP.admin(email, "correct horse battery");
    }

    private static Reply created() {
        return ADMIN.post(PATH, "{'name': 'CI', 'scopes': ['users:write'], 'rate_limit_per_minute': 1000}");
    }

    private static String path(Reply made) {
        return PATH + "/" + made.id();
    }

    private static String key(Reply made) {
        return made.data().path("key").asString();
    }

    /** What a key is told that creates a user without an e-mail. */
    private static String use(String key) {
        return SHOP.key(key).post("/api/v1/users", "{}").outcome();
    }

    /** A change of a key is everywhere within a second. */
    private static void awaitUse(String key, String outcome) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!use(key).equals(outcome) && System.nanoTime() < deadline)
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(use(key)).isEqualTo(outcome);
    }
}
