package io.tillstream.command.user;

import static io.tillstream.command.spec.Shop.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.spec.Shop;
import io.tillstream.command.spec.Shop.Reply;
import io.tillstream.events.Mode;
import io.tillstream.events.derived.Claim;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent.UserErased;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.store.WritableStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EraseUserEndpointTest {
    private static final String USERS = "/api/v1/users";
    private static final String REASON = "{'reason': 'Asked for it'}";
    private static final Shop SHOP = Shop.open();
    private static final Shop.Client ADMIN = SHOP.admin();
    private static final Shop.Client KEY = SHOP.operator();
    private static final WritableStore STORE = SHOP.bean(WritableStore.class);

    private final String email = unique("ada") + "@example.com";

    @Test
    void needsASession() {
        String id = register(email);
        assertThat(KEY.post(path(id), REASON).outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(SHOP.nobody().post(path(id), REASON).outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(events(id)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'reason': null}",
                "{'reason': ' '}",
                "{'reason': 5}",
                "{'reason': 'ada@example.com asked'}",
                "{'reason': 'Ada Lovelace asked'}"
            })
    void refusesABadReasonAndNamesTheField(String body) {
        String id = register(email);
        Reply reply = ADMIN.post(path(id), body);
        assertThat(reply.outcome()).isEqualTo("400 VALIDATION_ERROR");
        assertThat(reply.detail("reason")).contains("reason").doesNotContain("Lovelace");
        assertThat(events(id)).hasSize(1);
    }

    @Test
    void finds404ForNobodyAndForTheOtherModesUser() {
        assertThat(ADMIN.post(path(UUID.randomUUID().toString()), REASON).outcome())
                .isEqualTo("404 NOT_FOUND");
        assertThat(ADMIN.post(path(SHOP.aProduct(true)), REASON).outcome()).isEqualTo("404 NOT_FOUND");
        assertThat(ADMIN.with("X-Tillstream-Mode", "test")
                        .post(path(register(email)), REASON)
                        .outcome())
                .isEqualTo("404 NOT_FOUND");
        assertThat(ADMIN.post(path("nobody"), REASON).outcome()).isEqualTo("400 INVALID_INPUT");
    }

    @Test
    void leavesNobodyInTheAccountAndItsHistory() {
        String id = register(email);
        Reply reply = ADMIN.post(path(id), REASON);
        assertThat(reply.outcome()).isEqualTo("200");
        assertThat(reply.id()).isEqualTo(id);
        assertThat(reply.data().path("email").isNull()).isTrue();
        assertThat(reply.data().path("user_metadata").isNull()).isTrue();
        assertThat(reply.data().path("erased_at").asString()).isNotEmpty();
        assertThat(reply.http().headers().firstValue("ETag")).contains("\"1\"");
        List<Envelope> events = events(id);
        assertThat(events)
                .extracting(Envelope::event)
                .containsExactly(
                        new UserRegistered(
                                UUID.fromString(id), events.getFirst().time(), null, null),
                        new UserErased(UUID.fromString(id), events.getLast().time(), "Asked for it"));
        assertThat(holder(email)).isEmpty();
        assertThat(STORE.jdbc()
                        .sql("select wrapped is null and erased_at is not null from person_keys where person_id = :id")
                        .param("id", UUID.fromString(id))
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void changesNothingTheSecondTime() {
        String id = register(email);
        Reply first = ADMIN.post(path(id), REASON);
        Reply second = ADMIN.post(path(id), "{'reason': 'Asked again'}");
        assertThat(second.json()).isEqualTo(first.json());
        assertThat(second.status()).isEqualTo(200);
        assertThat(events(id)).hasSize(2);
    }

    @Test
    void endsAllAccessInTheSameTransaction() {
        String id = register(email);
        List<String> granted =
                IntStream.range(0, 3).mapToObj(n -> grant(id).id()).toList();
        Reply revoked = KEY.delete(USERS + "/" + id + "/access/" + granted.getFirst());
        assertThat(revoked.status()).isEqualTo(204);
        Reply erasure = ADMIN.with("X-Request-Id", unique("erasure")).post(path(id), REASON);
        assertThat(erasure.status()).isEqualTo(200);
        String request = erasure.http().headers().firstValue("X-Request-Id").orElseThrow();
        Envelope erased = events(id).getLast();
        for (String access : granted.subList(1, 3)) {
            Envelope end = events(access).getLast();
            assertThat(end.type()).isEqualTo("access.revoked");
            assertThat(end.metadata().actor()).isEqualTo("system:WhenUserErasedRevokeAccess");
            assertThat(end.metadata().requestId()).isEqualTo(request);
            assertThat(end.metadata().correlationId()).isEqualTo(request);
            assertThat(end.metadata().causationId()).isEqualTo(erased.id());
            assertThat(events(access)).hasSize(2);
        }
        assertThat(events(granted.getFirst())).hasSize(2);
        assertThat(KEY.patch(USERS + "/" + id + "/access/" + granted.getLast(), "{'extend_days': 1}")
                        .outcome())
                .isEqualTo("404 NOT_FOUND");
        assertThat(grant(id).outcome()).isEqualTo("409 CONFLICT");
    }

    @Test
    void letsTheEmailRegisterAnewAsAnotherPerson() {
        String id = register(email);
        assertThat(KEY.post(USERS, body(email)).outcome()).isEqualTo("409 ALREADY_EXISTS");
        ADMIN.post(path(id), REASON);
        Reply anew = KEY.post(USERS, body(email));
        assertThat(anew.outcome()).isEqualTo("201");
        assertThat(anew.id()).isNotEqualTo(id);
        ADMIN.post(path(id), REASON);
        assertThat(holder(email)).contains(UUID.fromString(anew.id()));
    }

    @Test
    void hasItsVersionToMatch() {
        String id = register(email);
        assertThat(ADMIN.with("If-Match", "\"1\"").post(path(id), REASON).outcome())
                .isEqualTo("412 PRECONDITION_FAILED");
        assertThat(ADMIN.with("If-Match", "\"0\"").post(path(id), REASON).outcome())
                .isEqualTo("200");
    }

    @Test
    void isAnsweredAgainToTheSameIdempotencyKey() {
        String id = register(email);
        Shop.Client once = ADMIN.with("Idempotency-Key", unique("erase"));
        Reply first = once.post(path(id), REASON);
        Reply again = once.post(path(id), REASON);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(again.http().headers().firstValue("Idempotent-Replayed")).contains("true");
        assertThat(once.post(path(id), "{'reason': 'Another one'}").outcome()).isEqualTo("422 IDEMPOTENCY_KEY_REUSED");
        assertThat(events(id)).hasSize(2);
    }

    @Test
    void takesBackWhatWasAnsweredAboutThePerson() {
        Shop.Client once = KEY.with("Idempotency-Key", unique("register"));
        Reply first = once.post(USERS, body(email));
        assertThat(once.post(USERS, body(email)).json()).isEqualTo(first.json());
        ADMIN.post(path(first.id()), REASON);
        Reply after = once.post(USERS, body(email));
        assertThat(after.outcome()).isEqualTo("409 CONFLICT");
        assertThat(after.json().toString()).doesNotContain(email, "Lovelace");
        assertThat(holder(email)).isEmpty();
        assertThat(STORE.jdbc()
                        .sql(
                                "select answer is null and fingerprint = '' from idempotency_answers where person_id = :id")
                        .param("id", UUID.fromString(first.id()))
                        .query(Boolean.class)
                        .list())
                .containsExactly(true);
    }

    @Test
    void happensOnceHoweverManyAskAtOnce() throws Exception {
        for (int round = 0; round < 5; round++) {
            String id = register(unique("ada") + "@example.com");
            String access = grant(id).id();
            List<Reply> replies = atOnce(IntStream.range(0, 6)
                    .<Callable<Reply>>mapToObj(n -> () -> ADMIN.post(path(id), REASON))
                    .toList());
            assertThat(replies).extracting(Reply::outcome).containsOnly("200");
            assertThat(events(id)).hasSize(2);
            assertThat(events(access)).hasSize(2);
        }
    }

    @Test
    void leavesNoAccessBehindThatWasGrantedOrChangedMeanwhile() throws Exception {
        List<String> products =
                IntStream.range(0, 4).mapToObj(n -> SHOP.aProduct(true)).toList();
        for (int round = 0; round < 10; round++) {
            String address = unique("ada") + "@example.com";
            String id = register(address);
            List<String> standing = products.subList(0, 2).stream()
                    .map(to -> grant(id, to).id())
                    .toList();
            List<Callable<Reply>> calls = new ArrayList<>();
            calls.add(() -> ADMIN.post(path(id), REASON));
            products.subList(2, 4).forEach(to -> calls.add(() -> grant(id, to)));
            calls.add(() ->
                    KEY.patch(USERS + "/" + id + "/access/" + standing.getFirst(), "{'access_duration_days': 5}"));
            calls.add(() -> KEY.delete(USERS + "/" + id + "/access/" + standing.getLast()));
            calls.add(() -> KEY.post(USERS, body(address)));
            List<Reply> replies = atOnce(calls);
            assertThat(replies.getFirst().outcome()).isEqualTo("200");
            assertThat(replies.subList(1, 3)).extracting(Reply::outcome).isSubsetOf("201", "409 CONFLICT");
            assertThat(replies.get(3).outcome()).isIn("200", "404 NOT_FOUND");
            assertThat(replies.get(4).outcome()).isIn("204", "404 NOT_FOUND");
            assertThat(replies.get(5).outcome()).isIn("201", "409 ALREADY_EXISTS");
            assertThat(STORE.derived().livingReferrers("access.user", UUID.fromString(id), Mode.LIVE))
                    .isEmpty();
            for (Reply granted : replies.subList(1, 3)) {
                if (granted.status() == 201)
                    assertThat(events(granted.id()).getLast().type()).isEqualTo("access.revoked");
            }
            long ends = STORE.jdbc()
                    .sql("select count(*) from events e join aggregate_references r on r.source::text = e.aggregate_id"
                            + " where r.name = 'access.user' and r.target = :id and e.type = 'access.revoked'")
                    .param("id", UUID.fromString(id))
                    .query(Long.class)
                    .single();
            assertThat(ends)
                    .isEqualTo(2
                            + replies.subList(1, 3).stream()
                                    .filter(granted -> granted.status() == 201)
                                    .count());
        }
    }

    private static List<Reply> atOnce(List<Callable<Reply>> calls) throws Exception {
        List<Reply> replies = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Reply> call : pool.invokeAll(calls)) replies.add(call.get());
        }
        return replies;
    }

    private static String register(String email) {
        return KEY.post(USERS, body(email)).id();
    }

    private static Reply grant(String user) {
        return grant(user, SHOP.aProduct(true));
    }

    private static Reply grant(String user, String product) {
        return KEY.post(USERS + "/" + user + "/access", "{'product_id': '%s'}".formatted(product));
    }

    private static String path(String id) {
        return USERS + "/" + id + "/erase";
    }

    private static String body(String email) {
        return "{'email': '%s', 'name': 'Ada Lovelace'}".formatted(email);
    }

    private static List<Envelope> events(String id) {
        return STORE.log().history(UUID.fromString(id));
    }

    private static Optional<UUID> holder(String email) {
        return STORE.derived().holder(Mode.LIVE, Claim.onPersonal(User.EMAIL, email));
    }
}
