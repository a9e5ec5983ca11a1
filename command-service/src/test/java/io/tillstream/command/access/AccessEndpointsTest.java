package io.tillstream.command.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.spec.Shop;
import io.tillstream.command.spec.Shop.Client;
import io.tillstream.command.spec.Shop.Reply;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.store.WritableStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessEndpointsTest {
    private static final Shop SHOP = Shop.open();
    private static final Client CLIENT = SHOP.operator();

    @Nested
    class Grant {
        @Test
        void needsTheScope() {
            assertThat(SHOP.keyWith("users:read").post(path(SHOP.aUser()), "{}").outcome())
                    .isEqualTo("403 FORBIDDEN");
        }

        @Test
        void refusesAMalformedUserBeforeItsBody() {
            assertThat(CLIENT.post(path("me"), "{").outcome()).isEqualTo("400 INVALID_INPUT");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{'product_id': 'x'}",
                    "{'product_id': '%1$s', 'access_duration_days': 0}",
                    "{'product_id': '%1$s', 'access_duration_days': 3651}",
                    "{'product_id': '%1$s', 'access_duration_days': '30'}",
                    "{'product_id': '%1$s', 'access_expires_at': 'tomorrow'}",
                    "{'product_id': '%1$s', 'access_expires_at': '2020-01-01T00:00:00Z'}",
                    "{'product_id': '%1$s', 'access_duration_days': 5, 'access_expires_at': '2020-01-01T00:00:00Z'}",
                    "{'product_id': '%1$s', 'access_expires_at': '9000-01-01T00:00:00Z'}"
                })
        void refusesABadBodyBeforeAnUnknownProduct(String body) {
            assertThat(CLIENT.post(path(SHOP.aUser()), body.formatted(UUID.randomUUID()))
                            .outcome())
                    .isEqualTo("400 VALIDATION_ERROR");
        }

        @Test
        void refusesAnUnknownProductThenAnInactiveOneThenAnUnknownUser() {
            String nobody = UUID.randomUUID().toString();
            assertThat(grant(nobody, UUID.randomUUID().toString()).outcome()).isEqualTo("404 NOT_FOUND");
            assertThat(grant(nobody, SHOP.aProduct(false)).outcome()).isEqualTo("400 VALIDATION_ERROR");
            Reply unknown = grant(nobody, SHOP.aProduct(true));
            assertThat(unknown.outcome()).isEqualTo("404 NOT_FOUND");
            assertThat(unknown.message()).contains("User");
        }

        @Test
        void lastsForEverWithoutALengthOrAnEnd() {
            String user = SHOP.aUser();
            Reply reply = CLIENT.post(
                    path(user),
                    "{'product_id': '%s', 'access_duration_days': null, 'access_expires_at': '', 'source': 'x'}"
                            .formatted(SHOP.aProduct(true)));
            assertThat(reply.outcome()).isEqualTo("201");
            assertThat(reply.data().propertyNames())
                    .containsExactly(
                            "id", "user_id", "product_id", "product_name", "granted_at", "expires_at", "duration_days");
            assertThat(reply.data().path("user_id").asString()).isEqualTo(user);
            assertThat(reply.data().path("product_name").asString()).isEqualTo("Course");
            assertThat(reply.data().path("expires_at").isNull()).isTrue();
        }

        @Test
        void takesTheLengthWhenAnEndIsAskedToo() {
            Reply reply = CLIENT.post(
                    path(SHOP.aUser()),
                    "{'product_id': '%s', 'access_duration_days': 30, 'access_expires_at': '%s'}"
                            .formatted(
                                    SHOP.aProduct(true).toUpperCase(java.util.Locale.ROOT),
                                    Instant.now(SHOP.clock()).plus(Duration.ofDays(3))));
            assertThat(reply.data().path("duration_days").asInt()).isEqualTo(30);
            assertThat(instant(reply, "expires_at"))
                    .isEqualTo(instant(reply, "granted_at").plus(Duration.ofDays(30)));
        }

        @Test
        void refusesASecondGrantOfTheSameProduct() {
            String user = SHOP.aUser();
            String product = SHOP.aProduct(true);
            assertThat(grant(user, product).outcome()).isEqualTo("201");
            assertThat(grant(user, product).outcome()).isEqualTo("409 ALREADY_EXISTS");
        }

        @Test
        void makesOneGrantOfManyAtOnce() throws Exception {
            String user = SHOP.aUser();
            String product = SHOP.aProduct(true);
            List<Callable<String>> racers = new ArrayList<>();
            for (int i = 0; i < 8; i++) racers.add(() -> grant(user, product).outcome());
            List<String> outcomes = new ArrayList<>();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<String> racer : pool.invokeAll(racers)) outcomes.add(racer.get());
            }
            assertThat(outcomes).containsOnlyOnce("201").containsOnly("201", "409 ALREADY_EXISTS");
        }

        @Test
        void doesNotSeeTheOtherMode() {
            Client test = SHOP.testKey();
            assertThat(test.post(path(SHOP.aUser()), body(SHOP.aProduct(true))).outcome())
                    .isEqualTo("404 NOT_FOUND");
        }
    }

    @Nested
    class Change {
        private final String user = SHOP.aUser();

        @Test
        void refusesAnUnknownOneSomebodyElsesAndAMalformedId() {
            String access = granted(30);
            assertThat(CLIENT.patch(path(user) + "/" + UUID.randomUUID(), "{'extend_days': 1}")
                            .outcome())
                    .isEqualTo("404 NOT_FOUND");
            assertThat(CLIENT.patch(path(SHOP.aUser()) + "/" + access, "{'extend_days': 1}")
                            .outcome())
                    .isEqualTo("404 NOT_FOUND");
            assertThat(CLIENT.patch(path(user) + "/1", "{'extend_days': 1}").outcome())
                    .isEqualTo("400 INVALID_INPUT");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{'expires_at': null}",
                    "{'extend_days': 0}",
                    "{'extend_days': null}",
                    "{'extend_days': 1.5}",
                    "{'access_expires_at': '2020-01-01T00:00:00Z'}",
                    "{'access_expires_at': 'soon'}",
                    "{'access_duration_days': 3651}"
                })
        void refusesABadBodyAlsoOfAnUnknownOne(String body) {
            assertThat(CLIENT.patch(path(user) + "/" + UUID.randomUUID(), body).outcome())
                    .isEqualTo("400 VALIDATION_ERROR");
        }

        @Test
        void extendsAndLooksAtNothingElse() {
            String access = granted(30);
            Reply reply = change(access, "{'access_expires_at': 'garbage', 'extend_days': 7}");
            assertThat(reply.outcome()).isEqualTo("200");
            assertThat(reply.data().path("duration_days").asInt()).isEqualTo(30);
            assertThat(instant(reply, "expires_at"))
                    .isEqualTo(instant(reply, "granted_at").plus(Duration.ofDays(37)));
            assertThat(reply.data().path("user_id").asString()).isEqualTo(user);
            assertThat(reply.data().path("product_price").asLong()).isEqualTo(2900);
            assertThat(reply.data().path("is_expired").asBoolean(true)).isFalse();
        }

        @Test
        void leavesPermanentAccessPermanentWhenItIsExtended() {
            String access = grant(user, SHOP.aProduct(true)).id();
            Reply reply = change(access, "{'extend_days': 7}");
            assertThat(reply.outcome()).isEqualTo("200");
            assertThat(reply.data().path("expires_at").isNull()).isTrue();
            assertThat(history(access)).containsExactly("access.granted");
        }

        @Test
        void endsWhenAskedWithAnyOffset() {
            Reply reply = change(granted(30), "{'access_expires_at': '2099-01-01T02:00+02:00'}");
            assertThat(instant(reply, "expires_at")).isEqualTo(Instant.parse("2099-01-01T00:00:00Z"));
            assertThat(reply.data().path("duration_days").asInt()).isEqualTo(30);
        }

        @Test
        void isMadePermanentByNull() {
            Reply reply = change(granted(30), "{'access_expires_at': null}");
            assertThat(reply.outcome()).isEqualTo("200");
            assertThat(reply.data().path("expires_at").isNull()).isTrue();
        }

        @Test
        void lastsAsLongAsAskedFromNowOn() {
            Reply reply = change(granted(30), "{'access_duration_days': 2}");
            assertThat(reply.data().path("duration_days").asInt()).isEqualTo(2);
            assertThat(instant(reply, "expires_at"))
                    .isBefore(Instant.now(SHOP.clock()).plus(Duration.ofDays(2)).plusSeconds(1));
        }

        @Test
        void refusesAnotherVersion() {
            String access = granted(30);
            Reply first = change(access, "{'extend_days': 1}");
            assertThat(first.http().headers().firstValue("ETag")).contains("\"1\"");
            assertThat(CLIENT.with("If-Match", "\"0\"")
                            .patch(path(user) + "/" + access, "{'extend_days': 1}")
                            .outcome())
                    .isEqualTo("412 PRECONDITION_FAILED");
        }

        private Reply change(String access, String body) {
            return CLIENT.patch(path(user) + "/" + access, body);
        }

        private String granted(int days) {
            return CLIENT.post(
                            path(user),
                            "{'product_id': '%s', 'access_duration_days': %d}".formatted(SHOP.aProduct(true), days))
                    .id();
        }
    }

    @Nested
    class Revoke {
        @Test
        void letsItBeGrantedAgainAndKeepsItsProductFromBeingDeleted() {
            String user = SHOP.aUser();
            String product = SHOP.aProduct(true);
            String first = grant(user, product).id();
            assertThat(CLIENT.delete(path(user) + "/" + first).outcome()).isEqualTo("204");
            assertThat(CLIENT.delete(path(user) + "/" + first).outcome()).isEqualTo("404 NOT_FOUND");
            assertThat(CLIENT.delete("/api/v1/products/" + product).outcome()).isEqualTo("409 CONFLICT");
            Reply again = grant(user, product);
            assertThat(again.outcome()).isEqualTo("201");
            assertThat(again.id()).isNotEqualTo(first);
            assertThat(history(first)).containsExactly("access.granted", "access.revoked");
        }
    }

    @Nested
    class WhenItIsDue {
        @Test
        void recordsOnceThatItExpired() {
            String access = CLIENT.post(
                            path(SHOP.aUser()),
                            "{'product_id': '%s', 'access_duration_days': 1}".formatted(SHOP.aProduct(true)))
                    .id();
            WhenAccessDueExpire process = SHOP.bean(WhenAccessDueExpire.class);
            process.sweep();
            assertThat(history(access)).containsExactly("access.granted");
            SHOP.clock().advance(Duration.ofDays(1).plusSeconds(1));
            process.sweep();
            process.sweep();
            assertThat(history(access)).containsExactly("access.granted", "access.expired");
            Envelope expired = SHOP.bean(WritableStore.class)
                    .log()
                    .history(UUID.fromString(access))
                    .getLast();
            assertThat(expired.metadata().actor()).isEqualTo("system:WhenAccessDueExpire");
        }
    }

    private static Reply grant(String user, String product) {
        return CLIENT.post(path(user), body(product));
    }

    private static String body(String product) {
        return "{'product_id': '%s'}".formatted(product);
    }

    private static String path(String user) {
        return "/api/v1/users/" + user + "/access";
    }

    private static Instant instant(Reply reply, String field) {
        return Instant.parse(reply.data().path(field).asString());
    }

    private static List<String> history(String access) {
        return SHOP.bean(WritableStore.class).log().history(UUID.fromString(access)).stream()
                .map(Envelope::type)
                .toList();
    }
}
