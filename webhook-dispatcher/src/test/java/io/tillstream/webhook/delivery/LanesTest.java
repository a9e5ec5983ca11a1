package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.webhook.Webhook;
import io.tillstream.events.webhook.WebhookDetails;
import io.tillstream.events.webhook.WebhookEvent.SecretName;
import io.tillstream.events.webhook.WebhookEvent.WebhookCreated;
import io.tillstream.webhook.delivery.DeliveryQueue.Attempted;
import io.tillstream.webhook.delivery.DeliveryQueue.Claimed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static final int IN_ALL = 6;
    private static final int PER_ENDPOINT = 4;
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final UUID FIRST = UUID.randomUUID();
    private static final UUID SECOND = UUID.randomUUID();
    private static final Exchange OK = new Exchange.Answered(200, "", Optional.empty());

    private long nanos = Duration.ofHours(1).toNanos();
    private final Lanes lanes = new Lanes(IN_ALL, PER_ENDPOINT, () -> nanos);

    @BeforeEach
    void open() {
        lanes.open();
    }

    @Test
    void hasSoManyUnderWayUntilTheyAreRecorded() {
        add(some(FIRST, 6));
        List<Claimed> next = next();
        assertThat(next).hasSize(PER_ENDPOINT);
        assertThat(next()).isEmpty();
        recorded(next.subList(0, 1), OK);
        assertThat(next()).hasSize(1);
        assertThat(lanes.unrecorded()).isEqualTo(PER_ENDPOINT);
    }

    @Test
    void letsEndpointsTakeTurns() {
        add(some(FIRST, 10));
        add(some(SECOND, 10));
        assertThat(next().stream().filter(one -> endpoint(one).equals(SECOND))).hasSize(IN_ALL / 2);
    }

    @Test
    void takesNewOnesOnlyOfAnEndpointThatTakesDeliveriesAndHasNoneToClaim() {
        assertThat(lanes.roomForNew(FIRST)).isZero();
        delivered(FIRST, 3);
        assertThat(lanes.roomForNew(FIRST)).isZero(); // nobody has looked yet whether older ones wait
        look(FIRST);
        assertThat(lanes.roomForNew(FIRST)).isEqualTo(PER_ENDPOINT + 3);
        add(some(FIRST, 5));
        assertThat(lanes.roomForNew(FIRST)).isEqualTo(2);
        lanes.stored(List.of(FIRST));
        assertThat(lanes.roomForNew(FIRST)).isZero();
        assertThat(lanes.wantsClaim()).isFalse(); // for so few
        assertThat(next()).hasSize(PER_ENDPOINT);
        assertThat(lanes.wantsClaim()).isTrue();
        look(FIRST);
        assertThat(lanes.roomForNew(FIRST)).isEqualTo(2);
        assertThat(lanes.wantsClaim()).isFalse();
        nanos += Duration.ofSeconds(1).toNanos();
        assertThat(lanes.roomForNew(FIRST)).isZero(); // it took nothing lately
    }

    @Test
    void believesNoClaimThatWasMadeBeforeSomethingWasStored() {
        delivered(FIRST, 3);
        look(FIRST);
        Lanes.Room room = lanes.roomForClaim();
        lanes.stored(List.of(FIRST));
        assertThat(lanes.unclear(room, List.of())).isEmpty();
        lanes.cleared(List.of(FIRST), room.number());
        assertThat(lanes.roomForNew(FIRST)).isZero();
        look(FIRST);
        assertThat(lanes.roomForNew(FIRST)).isPositive();
    }

    @Test
    void claimsAheadAsMuchAsWasTakenJustNow() {
        assertThat(lanes.roomForClaim().most()).isEqualTo(IN_ALL);
        delivered(FIRST, 3);
        assertThat(lanes.roomForClaim().ahead()).containsOnlyKeys(FIRST).containsEntry(FIRST, 3);
        for (int i = 0; i < 100; i++) delivered(FIRST, 4);
        assertThat(lanes.roomForClaim().ahead()).containsEntry(FIRST, 30 * PER_ENDPOINT);
        assertThat(lanes.roomForClaim().most()).isEqualTo(4 * IN_ALL);
        add(some(FIRST, 4 * IN_ALL));
        assertThat(lanes.roomForClaim().most()).isZero();
        assertThat(lanes.roomForNew(FIRST)).isZero();
    }

    @Test
    void givesBackWhatWaitsForAReceiverThatStoppedWorking() {
        delivered(FIRST, 4);
        look(FIRST);
        add(some(FIRST, 10));
        add(some(SECOND, 10));
        List<Claimed> next = next();
        List<Claimed> failing =
                next.stream().filter(one -> endpoint(one).equals(FIRST)).toList();
        recorded(failing, new Exchange.TimedOut("stalls"));
        assertThat(lanes.unwanted())
                .hasSize(10 - failing.size())
                .allMatch(one -> endpoint(one).equals(FIRST));
        assertThat(lanes.roomForNew(FIRST)).isZero();
        assertThat(lanes.roomForClaim().ahead()).isEmpty();
        assertThat(next()).isNotEmpty().allMatch(one -> endpoint(one).equals(SECOND));
    }

    @Test
    void givesBackWhatWaitsForLong() {
        add(some(FIRST, 6));
        assertThat(next()).hasSize(PER_ENDPOINT);
        assertThat(lanes.unwanted()).isEmpty();
        nanos += Duration.ofMillis(1_001).toNanos();
        add(some(FIRST, 1));
        assertThat(lanes.unwanted()).hasSize(2);
        assertThat(lanes.unwanted()).isEmpty();
        assertThat(lanes.unrecorded()).isEqualTo(PER_ENDPOINT);
    }

    @Test
    void sendsNothingThatHasWaitedForLong() {
        add(some(FIRST, 1));
        nanos += Duration.ofMillis(1_001).toNanos();
        assertThat(next()).isEmpty();
        add(some(SECOND, 1));
        assertThat(next()).hasSize(1);
        assertThat(lanes.unwanted()).hasSize(1);
    }

    @Test
    void asksNobodyWhetherSomethingIsLeftWhereAllThereWasRoomForWasClaimed() {
        delivered(FIRST, 3);
        Lanes.Room room = lanes.roomForClaim();
        assertThat(room.free()).containsEntry(FIRST, PER_ENDPOINT + 3);
        assertThat(lanes.unclear(room, some(FIRST, PER_ENDPOINT + 3))).isEmpty();
        assertThat(lanes.unclear(room, some(FIRST, PER_ENDPOINT + 2))).containsExactly(FIRST);
    }

    @Test
    void goesOnWhileWhatIsOverWaitsToBeRecorded() {
        add(some(FIRST, 4 * PER_ENDPOINT));
        List<Attempted> first = outcomes(next(), OK);
        assertThat(next()).isEmpty();
        first.forEach(lanes::over);
        List<Attempted> second = outcomes(next(), OK);
        assertThat(second).hasSize(PER_ENDPOINT);
        second.forEach(lanes::over);
        int atMost = Lanes.unrecordedAtMost(PER_ENDPOINT); // a killed process repeats them
        List<Attempted> third = outcomes(next(), OK);
        assertThat(third).hasSize(atMost - 2 * PER_ENDPOINT);
        third.forEach(lanes::over);
        assertThat(next()).isEmpty();
        lanes.recorded(first);
        assertThat(next()).hasSize(PER_ENDPOINT);
    }

    @Test
    void repeatsNoMoreThanTwoOfOnePlace() {
        assertThat(Lanes.unrecordedAtMost(1)).isEqualTo(2);
    }

    @Test
    void recordsWhatFailedBeforeMoreMayFail() {
        add(some(FIRST, 3 * PER_ENDPOINT));
        List<Attempted> failing = outcomes(next(), new Exchange.TimedOut("stalls"));
        failing.forEach(lanes::over);
        assertThat(lanes.unwanted()).hasSize(2 * PER_ENDPOINT);
        add(some(FIRST, 1));
        assertThat(next()).isEmpty();
        lanes.recorded(failing);
        add(some(FIRST, 1));
        assertThat(next()).hasSize(1);
    }

    @Test
    void claimsNothingAheadWithoutAFreePlace() {
        delivered(FIRST, 3);
        add(some(FIRST, PER_ENDPOINT));
        add(some(SECOND, PER_ENDPOINT));
        assertThat(next()).hasSize(IN_ALL);
        assertThat(lanes.roomForClaim().most()).isZero();
    }

    @Test
    void takesNothingOnceItIsClosed() {
        add(some(FIRST, 6));
        next();
        lanes.close();
        assertThat(lanes.unwanted()).hasSize(2);
        assertThat(add(some(FIRST, 1))).isFalse();
        assertThat(next()).isEmpty();
        lanes.open();
        assertThat(add(some(SECOND, 1))).isTrue();
        assertThat(next()).hasSize(1);
    }

    @Test
    void hasThePlaceOfWhatIsNotAttemptedForAnother() {
        add(some(FIRST, PER_ENDPOINT + 1));
        Claimed late = next().getFirst();
        assertThat(next()).isEmpty();
        lanes.unattempted(late);
        assertThat(lanes.unwanted()).containsExactly(late);
        assertThat(next()).hasSize(1);
        assertThat(lanes.unrecorded()).isEqualTo(PER_ENDPOINT);
    }

    @Test
    void tellsWhetherMoreWillBeOver() {
        add(some(FIRST, PER_ENDPOINT));
        List<Attempted> all = outcomes(next(), OK);
        lanes.over(all.get(0));
        lanes.over(all.get(1));
        assertThat(lanes.fewerOver(2)).isFalse();
        assertThat(lanes.fewerOver(3)).isTrue();
        lanes.recorded(all.subList(0, 1));
        assertThat(lanes.fewerOver(2)).isTrue();
        lanes.over(all.get(2));
        lanes.over(all.get(3));
        assertThat(lanes.fewerOver(100)).isFalse(); // nothing is under way
    }

    /** As a claim that finds nothing. */
    private void look(UUID endpoint) {
        Lanes.Room room = lanes.roomForClaim();
        assertThat(lanes.unclear(room, List.of())).contains(endpoint);
        lanes.cleared(List.of(endpoint), room.number());
    }

    private boolean add(List<Claimed> leased) {
        return lanes.add(leased, Map.of());
    }

    private List<Claimed> next() {
        return lanes.next().stream().map(Lanes.Ready::claimed).toList();
    }

    private void delivered(UUID endpoint, int count) {
        add(some(endpoint, count));
        recorded(next(), OK);
    }

    private void recorded(List<Claimed> attempted, Exchange exchange) {
        List<Attempted> over = outcomes(attempted, exchange);
        over.forEach(lanes::over);
        lanes.recorded(over);
    }

    private static UUID endpoint(Claimed claimed) {
        return claimed.delivery().endpointId();
    }

    private static List<Attempted> outcomes(List<Claimed> claimed, Exchange exchange) {
        return claimed.stream()
                .map(one -> new Attempted(
                        one.delivery(),
                        one.leasedUntil(),
                        exchange,
                        exchange.equals(OK) ? new Outcome.Delivered() : new Outcome.WillRetry(NOW),
                        NOW,
                        1))
                .toList();
    }

    private static List<Claimed> some(UUID endpoint, int count) {
        WebhookDetails details = new WebhookDetails(
                "https://example.com/hooks", List.of("*"), null, WebhookDetails.ALL, List.of(), null, null, null, null);
        Webhook webhook = Webhook.after(
                null, new WebhookCreated(endpoint, NOW, true, details, new SecretName(UUID.randomUUID(), "Zk8=")));
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(n -> new Claimed(delivery(endpoint), NOW.plusSeconds(20), webhook))
                .toList());
    }

    private static Delivery delivery(UUID endpoint) {
        return Delivery.unsent(
                UUID.randomUUID(),
                endpoint,
                "live",
                1L,
                "message",
                "product.created",
                null,
                "{}",
                Status.PENDING,
                11,
                NOW,
                NOW,
                null);
    }
}
