package io.tillstream.command.product;

import static io.tillstream.command.CommandServices.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.command.CommandServices;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.product.ProductBody.CreateProductRequest;
import io.tillstream.command.product.ProductBody.UpdateProductRequest;
import io.tillstream.command.product.ProductCommand.CreateProduct;
import io.tillstream.command.product.ProductCommand.DeleteProduct;
import io.tillstream.command.product.ProductCommand.UpdateProduct;
import io.tillstream.events.Mode;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.product.Product;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refused;
import io.tillstream.http.idempotency.FirstAnswers;
import io.tillstream.http.idempotency.FirstAnswers.Use;
import io.tillstream.http.idempotency.KeyRefusal;
import io.tillstream.store.RoundTrips;
import io.tillstream.store.WritableStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What holds for every write, shown on products: one transaction, idempotency, modes, versions, racers. */
class ProductWritesTest {
    private static ConfigurableApplicationContext service;
    private static CommandSender commands;
    private static WritableStore store;

    @BeforeAll
    static void start() {
        service = CommandServices.start();
        commands = service.getBean(CommandSender.class);
        store = service.getBean(WritableStore.class);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void storesReadableJsonUnderAStableName() {
        Product product = created("readable");
        String row = store.jdbc()
                .sql(
                        "select type || ' ' || revision || ' ' || aggregate_type || ' ' || mode || ' ' || payload || metadata"
                                + " from events where aggregate_id = :id")
                .param("id", product.id().toString())
                .query(String.class)
                .single();
        assertThat(row)
                .startsWith("product.created 1 product live {\"product_id\":\"" + product.id())
                .contains("\"price\":{\"price\":2900,\"currency\":\"USD\"", "\"actor\":\"admin:")
                .doesNotContain("io.tillstream", "java.");
    }

    @Test
    void noneOfSixteenWritersIsLost() throws Exception {
        Product product = created("contended");
        List<Callable<Product>> writers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            int price = i;
            writers.add(() -> update(product.id(), "{\"price\": " + price + "}"));
        }
        int done = 0;
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Product> writer : pool.invokeAll(writers)) {
                try {
                    writer.get();
                    done++;
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOfSatisfying(
                                    Refused.class,
                                    r -> assertThat(r.refusal().code()).isEqualTo(ErrorCode.CONFLICT));
                }
            }
        }
        List<Envelope> history = store.log().history(product.id());
        assertThat(history).hasSize(1 + done);
        assertThat(history.stream().map(Envelope::sequence))
                .containsExactlyElementsOf(java.util.stream.LongStream.range(0, history.size())
                        .boxed()
                        .toList());
    }

    @Test
    void oneOfTwoRacersGetsASlug() throws Exception {
        for (int round = 0; round < 20; round++) {
            String slug = "race-" + UUID.randomUUID();
            List<Callable<Product>> racers = List.of(() -> created(slug), () -> created(slug));
            List<ErrorCode> refusals = new ArrayList<>();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Product> racer : pool.invokeAll(racers)) {
                    try {
                        racer.get();
                    } catch (ExecutionException e) {
                        refusals.add(((Refused) requireNonNull(e.getCause()))
                                .refusal()
                                .code());
                    }
                }
            }
            assertThat(refusals).containsExactly(ErrorCode.ALREADY_EXISTS);
        }
    }

    @Test
    void oneIdempotencyKeySentTwentyTimesAtOnceMakesOneProduct() throws Exception {
        String key = UUID.randomUUID().toString();
        String slug = "once-" + UUID.randomUUID();
        List<Callable<Answer<UUID>>> senders = new ArrayList<>();
        for (int i = 0; i < 20; i++) senders.add(() -> create(slug, key));
        int first = 0;
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer<UUID>> sender : pool.invokeAll(senders)) {
                try {
                    if (!sender.get().headers().containsKey("Idempotent-Replayed")) first++;
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).hasMessageContaining("still running");
                }
            }
        }
        assertThat(first).isEqualTo(1);
        Answer<UUID> again = create(slug, key);
        assertThat(again.headers()).containsEntry("Idempotent-Replayed", "true");
        assertThat(again.status()).isEqualTo(201);
        assertThat(new String(again.body(), UTF_8)).startsWith("{\"data\":\"");
        assertThatThrownBy(() -> create("another-" + slug, key))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusal().code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED));
    }

    /** At least once of some: a connection that has rested is tried before, and later ones have plans on the server. */
    @Test
    void aCreationTakesOneRoundTrip() {
        IntStream roundTrips = IntStream.range(0, 12)
                .map(n -> RoundTrips.of(() ->
                        create("once-" + UUID.randomUUID(), UUID.randomUUID().toString())));
        assertThat(roundTrips.skip(6).min()).hasValue(1);
    }

    @Test
    void twoRequestsWithOneKeyAreNeverBothDone() throws Exception {
        for (int round = 0; round < 20; round++) {
            String key = UUID.randomUUID().toString();
            List<String> slugs = List.of("one-" + UUID.randomUUID(), "other-" + UUID.randomUUID());
            List<Callable<Answer<UUID>>> racers = slugs.stream()
                    .map(slug -> (Callable<Answer<UUID>>) () -> create(slug, key))
                    .toList();
            List<ErrorCode> refusals = new ArrayList<>();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Answer<UUID>> racer : pool.invokeAll(racers)) {
                    try {
                        assertThat(racer.get().headers()).doesNotContainKey("Idempotent-Replayed");
                    } catch (ExecutionException e) {
                        refusals.add(((Refused) requireNonNull(e.getCause()))
                                .refusal()
                                .code());
                    }
                }
            }
            assertThat(refusals).singleElement().isIn(ErrorCode.IDEMPOTENCY_KEY_REUSED, ErrorCode.CONFLICT);
            assertThat(slugs.stream()
                            .filter(slug -> store.derived()
                                    .holder(Mode.LIVE, io.tillstream.events.derived.Claim.on(Product.SLUG, slug))
                                    .isPresent()))
                    .hasSize(1);
        }
    }

    /** As a client does that got no answer. */
    @Test
    void aRepetitionThatIsHandledAgainChangesNothing() {
        UUID id = created("repriced").id();
        String key = UUID.randomUUID().toString();
        update(id, "{\"price\": 100}", key);
        update(id, "{\"price\": 200}");
        assertThat(update(id, "{\"price\": 100}", key).headers()).containsEntry("Idempotent-Replayed", "true");
        assertThat(store.log().history(id)).hasSize(3);
    }

    @Test
    void aKeyMayBeUsedAgainWhenItsAnswerIsForgotten() {
        String slug = "aged-" + UUID.randomUUID();
        String key = UUID.randomUUID().toString();
        create(slug, key);
        delete(held(slug));
        assertThat(create(slug, key).headers()).containsEntry("Idempotent-Replayed", "true");
        store.jdbc()
                .sql("update idempotency_answers set created_at = created_at - interval '31 days' where key = :key")
                .param("key", key)
                .update();
        assertThat(create(slug, key).headers()).doesNotContainKey("Idempotent-Replayed");
        assertThat(create(slug, key).headers()).containsEntry("Idempotent-Replayed", "true");
    }

    /** What the first one did would have the repetition refused. */
    @Test
    void aRepetitionIsAnsweredWhereItsCommandWouldBeRefused() {
        UUID id = created("deleted-once").id();
        String key = UUID.randomUUID().toString();
        assertThat(delete(id, key).headers()).doesNotContainKey("Idempotent-Replayed");
        Answer<UUID> again = delete(id, key);
        assertThat(again.status()).isEqualTo(204);
        assertThat(again.headers()).containsEntry("Idempotent-Replayed", "true");
        assertThatThrownBy(() -> delete(id, UUID.randomUUID().toString()))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusal().code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThat(store.log().history(id)).hasSize(2);
    }

    @Test
    void aKeyThatAnotherRequestHoldsIsNotWaitedFor() {
        String key = UUID.randomUUID().toString();
        String slug = "held-" + UUID.randomUUID();
        Request held = request("POST", "/api/v1/products", Mode.LIVE)
                .idempotencyKey(key)
                .build();
        FirstAnswers answers = new FirstAnswers(store.answers(), service.getBean(Clock.class));
        new TransactionTemplate(service.getBean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
            assertThat(answers.earlier(requireNonNull(Use.of(held)))).isEmpty();
            assertThatThrownBy(() -> CompletableFuture.supplyAsync(() -> create(slug, key))
                            .orTimeout(10, TimeUnit.SECONDS)
                            .join())
                    .rootCause()
                    .isInstanceOfSatisfying(
                            Refused.class, r -> assertThat(r.refusal()).isEqualTo(KeyRefusal.STILL_RUNNING));
        });
        assertThat(create(slug, key).status()).isEqualTo(201);
    }

    @Test
    void aRefusalIsNotRecordedForItsIdempotencyKey() {
        created("taken-once");
        String key = UUID.randomUUID().toString();
        assertThatThrownBy(() -> create("taken-once", key)).isInstanceOf(Refused.class);
        delete(held("taken-once"));
        assertThat(create("taken-once", key).status()).isEqualTo(201);
    }

    @Test
    void slugsAreSwappedAndFreedWithTheirProducts() {
        Product one = created("swap-one");
        Product other = created("swap-other");
        assertThatThrownBy(() -> update(one.id(), "{\"slug\": \"swap-other\"}")).isInstanceOf(Refused.class);
        update(one.id(), "{\"slug\": \"swap-aside\"}");
        update(other.id(), "{\"slug\": \"swap-one\"}");
        update(one.id(), "{\"slug\": \"swap-other\"}");
        assertThat(held("swap-one")).isEqualTo(other.id());
        assertThat(held("swap-other")).isEqualTo(one.id());
        delete(one.id());
        assertThat(created("swap-other").id()).isNotEqualTo(one.id());
    }

    @Test
    void anotherModesProductIsUnknown() {
        Product live = created("live-only");
        Request test =
                request("PATCH", "/api/v1/products/" + live.id(), Mode.TEST).build();
        assertThatThrownBy(() -> commands.send(
                        test, new UpdateProduct(live.id(), patch("{\"price\": 1}")), (Product p) -> Answer.ok(p.id())))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusal().code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThatThrownBy(() -> commands.send(test, new DeleteProduct(live.id()), (Product p) -> Answer.noContent()))
                .isInstanceOf(Refused.class);
        assertThat(store.log().history(live.id())).hasSize(1);
    }

    @Test
    void ifMatchIsJudgedInTheDecision() {
        Product product = created("matched");
        Request stale = request("PATCH", "/p", Mode.LIVE).ifMatch("\"7\"").build();
        assertThatThrownBy(() -> commands.send(
                        stale,
                        new UpdateProduct(product.id(), patch("{\"price\": 1}")),
                        (Product p) -> Answer.ok(p.id())))
                .isInstanceOfSatisfying(
                        Invalid.class, i -> assertThat(i.code()).isEqualTo(ErrorCode.PRECONDITION_FAILED));
        Request fresh = request("PATCH", "/p", Mode.LIVE).ifMatch("\"0\"").build();
        Answer<UUID> answer = commands.send(
                fresh,
                new UpdateProduct(product.id(), patch("{\"price\": 1}")),
                (Product p) -> Answer.ok(p.id()).version(p.version()));
        assertThat(answer.etag()).isEqualTo("\"1\"");
        assertThat(answer.writtenAt()).isPositive();
    }

    @Test
    @org.junit.jupiter.api.Timeout(60)
    void aLongHistoryIsReadFromItsSnapshot() {
        Product product = created("long");
        for (int i = 1; i <= 120; i++) update(product.id(), "{\"price\": " + i + "}");
        while (snapshots(product).isEmpty()) Thread.onSpinWait(); // it is taken on a thread of its own
        assertThat(snapshots(product)).containsExactly("product.snapshot");
        Product after = update(product.id(), "{\"name\": \"After its snapshot\"}");
        assertThat(after.price().price()).isEqualTo(120);
        assertThat(after.version()).isEqualTo(121);
        assertThat(store.log().fold(Product.CONCEPT, product.id()).orElseThrow().state())
                .isEqualTo(after);
    }

    @Test
    void theIdOfAnotherKindIsUnknown() {
        Product product = created("of-another-kind");
        UUID user = new io.tillstream.command.user.Users(service).register("kind@example.com");
        assertThatThrownBy(() -> update(user, "{\"price\": 1}"))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.refusal().code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThatThrownBy(() -> new io.tillstream.command.access.Accesses(service).revoke(user, product.id()))
                .isInstanceOf(Refused.class);
    }

    @Test
    void aProductIsNoPartOfItself() {
        Product product = created("itself");
        assertThatThrownBy(() ->
                        update(product.id(), "{\"is_bundle\": true, \"bundleItemIds\": [\"" + product.id() + "\"]}"))
                .isInstanceOf(Refused.class);
    }

    private static List<String> snapshots(Product product) {
        return store.jdbc()
                .sql("select type from snapshots where aggregate_id = :id")
                .param("id", product.id().toString())
                .query((rs, n) -> requireNonNull(rs.getString("type")))
                .list();
    }

    private static Product created(String slug) {
        List<Product> made = new ArrayList<>();
        commands.send(
                request("POST", "/api/v1/products", Mode.LIVE).build(),
                new CreateProduct(UUID.randomUUID(), new ProductPatch(body(slug))),
                (Product product) -> {
                    made.add(product);
                    return Answer.created(product.id());
                });
        return made.getLast();
    }

    private static Answer<UUID> create(String slug, String idempotencyKey) {
        return commands.send(
                request("POST", "/api/v1/products", Mode.LIVE)
                        .idempotencyKey(idempotencyKey)
                        .body(slug.getBytes(UTF_8))
                        .build(),
                new CreateProduct(UUID.randomUUID(), new ProductPatch(body(slug))),
                (Product product) -> Answer.created(product.id()));
    }

    private static Answer<UUID> update(UUID id, String json, String idempotencyKey) {
        return commands.send(
                request("POST", "/api/v1/products/" + id, Mode.LIVE)
                        .idempotencyKey(idempotencyKey)
                        .build(),
                new UpdateProduct(id, patch(json)),
                (Product product) -> Answer.ok(product.id()));
    }

    private static Product update(UUID id, String json) {
        List<Product> made = new ArrayList<>();
        commands.send(
                request("PATCH", "/api/v1/products/" + id, Mode.LIVE).build(),
                new UpdateProduct(id, patch(json)),
                (Product product) -> {
                    made.add(product);
                    return Answer.ok(product.id());
                });
        return made.getLast();
    }

    private static void delete(UUID id) {
        commands.send(
                request("DELETE", "/api/v1/products/" + id, Mode.LIVE).build(),
                new DeleteProduct(id),
                (Product product) -> Answer.noContent());
    }

    private static Answer<UUID> delete(UUID id, String idempotencyKey) {
        return commands.send(
                request("DELETE", "/api/v1/products/" + id, Mode.LIVE)
                        .idempotencyKey(idempotencyKey)
                        .build(),
                new DeleteProduct(id),
                (Product product) -> Answer.noContent());
    }

    private static UUID held(String slug) {
        return store.derived()
                .holder(Mode.LIVE, io.tillstream.events.derived.Claim.on(Product.SLUG, slug))
                .orElseThrow();
    }

    private static io.tillstream.http.body.Values body(String slug) {
        String json = "{\"name\": \"Brushes\", \"slug\": \"" + slug + "\", \"price\": 2900}";
        return new CreateProductRequest().read(json.getBytes(UTF_8), false, Instant.EPOCH);
    }

    private static ProductPatch patch(String json) {
        return new ProductPatch(new UpdateProductRequest().read(json.getBytes(UTF_8), false, Instant.EPOCH));
    }
}
