package io.tillstream.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.embedded.Servers;
import io.tillstream.events.envelope.Envelope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Forty events of 900 kB and some small ones: whoever reads them gets all, in order, and never more than a run's bytes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeEventsTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final int LARGE = 40;
    private static final int SMALL = 10;
    private static final UUID AGGREGATE = UUID.fromString("0199c0de-0000-7000-8000-000000000001");

    private final TestStore store = new TestStore(Servers.temporary().postgres());
    private final EventPages pages = new EventPages(store.log);
    private final List<Long> all = new ArrayList<>();

    @BeforeAll
    void history() {
        String large = "x".repeat(900_000);
        for (int i = 0; i < SMALL; i++) append(UUID.randomUUID(), 0, "small");
        for (int i = 0; i < LARGE; i++) append(AGGREGATE, i, large);
        for (int i = 0; i < SMALL; i++) append(UUID.randomUUID(), 0, "small");
    }

    private void append(UUID aggregate, long sequence, String name) {
        store.transaction.executeWithoutResult(status -> all.add(store.append(aggregate, sequence, NOON, name)));
    }

    @AfterAll
    void close() {
        store.close();
    }

    @Test
    void comeInRunsOfBoundedBytesFromTheTail() {
        Tail tail = store.log.tailFrom(0);
        List<Long> seen = new ArrayList<>();
        while (true) {
            List<StoredEvent> run = tail.nextStored(1_000);
            if (run.isEmpty()) break;
            assertBounded(run);
            run.forEach(event -> seen.add(event.position()));
            assertThat(tail.position()).isEqualTo(seen.getLast());
        }
        assertThat(seen).isEqualTo(all);
    }

    @Test
    void comeInPagesAndRunsOfBoundedBytes() {
        for (EventFilter filter : List.of(
                EventFilter.everything(),
                EventFilter.of(Set.of(), Map.of("type", "tag.*")::get),
                EventFilter.of(Set.of(), Map.of("type", "tag.created,tag.changed")::get))) {
            assertThat(through(filter, true, false)).isEqualTo(all);
            assertThat(through(filter, true, true)).isEqualTo(all);
            assertThat(through(filter, false, false)).isEqualTo(all.reversed());
        }
    }

    private List<Long> through(EventFilter filter, boolean ascending, boolean runs) {
        List<Long> seen = new ArrayList<>();
        long after = 0;
        long upTo = all.getLast();
        boolean more = true;
        while (more) {
            EventRun run =
                    runs ? pages.run(filter, after, upTo, 1_000) : pages.page(filter, after, upTo, 1_000, ascending);
            assertBounded(run.events());
            run.events().forEach(event -> seen.add(event.position()));
            more = run.more();
            if (more && ascending) after = run.reached(upTo);
            else if (more) upTo = seen.getLast() - 1;
        }
        return seen;
    }

    @Test
    void comeOneAtATimeWhereEachHasMoreThanAsksForIt() {
        long first = all.get(SMALL);
        EventRun run = pages.page(EventFilter.everything(), first - 1, all.getLast(), 100, 1_000, true);
        assertThat(run.events()).extracting(StoredEvent::position).containsExactly(first);
        assertThat(run.more()).isTrue();
    }

    @Test
    void sayWhenTheyAreTheLastThoughTheyFillARun() {
        long end = all.get(SMALL + LARGE - 1);
        assertThat(pages.page(EventFilter.everything(), end - 8, end, 100, true).more())
                .isFalse();
        assertThat(pages.page(EventFilter.everything(), end - 9, end, 100, true).more())
                .isTrue();
    }

    @Test
    void areToldOfOneAggregateAsOftenAsThereAreAny() {
        List<Long> told = new ArrayList<>();
        store.log.tell(Set.of(AGGREGATE), Long.MAX_VALUE, event -> told.add(event.position()));
        assertThat(told).isEqualTo(all.subList(SMALL, SMALL + LARGE));
        EventLog.Opened page = store.log.page(Set.of(AGGREGATE), null, false, 101);
        assertThat(page.more()).isTrue();
        assertThat(page.events().stream().map(Envelope::position))
                .isEqualTo(told.reversed().subList(0, page.events().size()));
        assertThat(page.events()).hasSize(8);
    }

    @Test
    void areAllInWhatIsKeptOfTheNewest() {
        RecentEvents recent = new RecentEvents(pages);
        List<Long> seen = new ArrayList<>();
        long from = 0;
        while (from < all.getLast()) {
            RecentEvents.Run run = recent.between(from, all.getLast()).orElseThrow();
            assertBounded(run.events());
            run.events().forEach(event -> seen.add(event.position()));
            from = run.upTo();
        }
        assertThat(seen).isEqualTo(all);
    }

    private static void assertBounded(List<StoredEvent> run) {
        assertThat(run.stream().mapToLong(event -> event.payload().length()).sum())
                .isLessThanOrEqualTo(StoredEvents.RUN_BYTES);
    }
}
