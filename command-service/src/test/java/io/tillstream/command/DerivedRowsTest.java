package io.tillstream.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.access.Accesses;
import io.tillstream.command.product.Products;
import io.tillstream.command.user.Users;
import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.State;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.http.error.Refused;
import io.tillstream.store.EventLog;
import io.tillstream.store.Tail;
import io.tillstream.store.WritableStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** Claims, references, due times and live rows always equal what the folds say. */
class DerivedRowsTest {
    private static final int HISTORIES = 1_000;
    private static final int STEPS = 7;

    private static ConfigurableApplicationContext service;
    private static WritableStore store;
    private static Products products;
    private static Accesses accesses;
    private static Users users;

    @BeforeAll
    static void start() {
        service = CommandServices.start();
        store = service.getBean(WritableStore.class);
        products = new Products(service);
        accesses = new Accesses(service);
        users = new Users(service);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void aDeletionAndAGrantOfTheSameProductNeverBothSucceed() throws Exception {
        UUID user = users.register("racer@example.com");
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 50; round++) {
                UUID product = products.create("deleted-or-granted-" + round);
                Future<?> deletion = pool.submit(() -> products.delete(product));
                Future<?> grant = pool.submit(() -> accesses.grant(user, product, null));
                assertThat(List.of(succeeded(deletion), succeeded(grant))).containsExactlyInAnyOrder(true, false);
            }
        }
        assertRowsEqualFolds();
    }

    @Test
    void areWhatTheFoldsSayAfterAThousandRandomHistories() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed of the random histories: " + seed);
        Random random = new Random(seed);
        List<UUID> customers = new CopyOnWriteArrayList<>(
                List.of(users.register("one@example.com"), users.register("two@example.com")));
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            for (int history = 0; history < HISTORIES; history++) {
                String prefix = "h" + history + "-";
                List<UUID> made = new CopyOnWriteArrayList<>();
                List<UUID> granted = new CopyOnWriteArrayList<>();
                List<Future<?>> steps = new ArrayList<>();
                for (int step = 0; step < STEPS; step++) {
                    Random dice = new Random(random.nextLong());
                    steps.add(pool.submit(() -> step(dice, prefix, made, granted, customers)));
                }
                for (Future<?> step : steps) succeeded(step);
                if (history % 100 == 99) {
                    assertRowsEqualFolds();
                    customers.set(history / 100 % 2, users.register("customer-" + history + "@example.com"));
                }
            }
        }
    }

    private static void step(Random dice, String prefix, List<UUID> made, List<UUID> granted, List<UUID> customers) {
        String slug = prefix + "abc".charAt(dice.nextInt(3));
        UUID product = made.isEmpty() ? null : made.get(dice.nextInt(made.size()));
        UUID customer = customers.get(dice.nextInt(customers.size()));
        int what = dice.nextInt(10);
        if (product == null || what < 3) made.add(products.create(slug));
        else if (what < 6) products.update(product, "{\"slug\": \"" + slug + "\"}");
        else if (what < 8) granted.add(accesses.grant(customer, product, dice.nextBoolean() ? 30 : null));
        else if (what < 9 && !granted.isEmpty()) accesses.revoke(customer, granted.getFirst());
        else if (dice.nextInt(20) > 0) products.delete(product);
        else users.erase(customer);
    }

    /** Whether it was done; a refusal is an outcome too, anything else isn't. */
    private static boolean succeeded(Future<?> command) throws InterruptedException {
        try {
            command.get();
            return true;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(Refused.class);
            return false;
        }
    }

    private static void assertRowsEqualFolds() {
        SortedSet<String> folded = new TreeSet<>();
        for (EventLog.Folded<?> aggregate : allAggregates().values()) {
            State state = aggregate.state();
            String mode = aggregate.mode().wire();
            var derived = state.derived();
            if (derived.alive()) folded.add("live " + state.id() + " " + mode + (derived.erased() ? " erased" : ""));
            derived.claims().stream()
                    .filter(claim -> !claim.personal())
                    .forEach(claim -> folded.add(
                            "claim " + mode + " " + claim.concept() + " " + claim.name() + " " + state.id()));
            derived.references()
                    .forEach(to -> folded.add("reference " + state.id() + " " + to.name() + " " + to.target()));
            if (derived.due() != null)
                folded.add("due " + state.id() + " " + derived.due().getEpochSecond());
        }
        assertThat(storedRows()).isEqualTo(folded);
    }

    private static SortedSet<String> storedRows() {
        return new TreeSet<>(store.jdbc()
                .sql("select 'live ' || id || ' ' || mode || case when erased then ' erased' else '' end"
                        + "   from live_aggregates"
                        + " union all select 'claim ' || mode || ' ' || concept || ' ' || name || ' ' || aggregate_id"
                        + "   from claims where concept not like '%email'"
                        + " union all select 'reference ' || source || ' ' || name || ' ' || target"
                        + "   from aggregate_references"
                        + " union all select 'due ' || aggregate_id || ' ' || floor(extract(epoch from due_at))::bigint"
                        + "   from due_times")
                .query(String.class)
                .list());
    }

    private static Map<UUID, EventLog.Folded<?>> allAggregates() {
        Map<UUID, List<Envelope>> histories = new HashMap<>();
        Tail tail = store.log().tailFrom(0);
        long highest = store.log().highest();
        while (tail.position() < highest) {
            tail.next(1_000)
                    .forEach(event -> histories
                            .computeIfAbsent(event.aggregateId(), id -> new ArrayList<>())
                            .add(event));
        }
        Map<UUID, EventLog.Folded<?>> folded = new HashMap<>();
        histories.forEach((id, events) ->
                folded.put(id, fold(Concepts.named(events.getFirst().aggregateType()), events)));
        return folded;
    }

    private static <S extends State> EventLog.Folded<S> fold(Concept<S, ?> concept, List<Envelope> events) {
        return EventLog.fold(concept, events).orElseThrow();
    }
}
