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
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
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
    private final long life = lanes.open();

    @Test
    void hasSoManyUnderWayUntilTheyAreRecorded() {
        lanes.add(some(FIRST, 6));
        List<Claimed> next = lanes.next();
        assertThat(next).hasSize(PER_ENDPOINT);
        assertThat(lanes.next()).isEmpty();
        recorded(next.subList(0, 1), OK);
        assertThat(lanes.next()).hasSize(1);
        assertThat(lanes.unrecorded()).isEqualTo(PER_ENDPOINT);
    }

    @Test
    void letsEndpointsTakeTurns() {
        lanes.add(some(FIRST, 10));
        lanes.add(some(SECOND, 10));
        assertThat(lanes.next().stream().filter(one -> endpoint(one).equals(SECOND)))
                .hasSize(IN_ALL / 2);
    }

    @Test
    void takesNewOnesOnlyOfAnEndpointThatTakesDeliveriesAndHasNoneToClaim() {
        assertThat(lanes.roomForNew(FIRST)).isZero();
        delivered(FIRST, 3);
        assertThat(lanes.roomForNew(FIRST)).isZero(); // nobody has looked yet whether older ones wait
        look(FIRST);
        assertThat(lanes.roomForNew(FIRST)).isEqualTo(PER_ENDPOINT + 3);
        lanes.add(some(FIRST, 5));
        assertThat(lanes.roomForNew(FIRST)).isEqualTo(2);
        lanes.stored(List.of(FIRST));
        assertThat(lanes.roomForNew(FIRST)).isZero();
        assertThat(lanes.wantsClaim()).isFalse(); // for so few
        assertThat(lanes.next()).hasSize(PER_ENDPOINT);
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
        lanes.add(some(FIRST, 4 * IN_ALL));
        assertThat(lanes.roomForClaim().most()).isZero();
        assertThat(lanes.roomForNew(FIRST)).isZero();
    }

    @Test
    void givesBackWhatWaitsForAReceiverThatStoppedWorking() {
        delivered(FIRST, 4);
        look(FIRST);
        lanes.add(some(FIRST, 10));
        lanes.add(some(SECOND, 10));
        List<Claimed> next = lanes.next();
        List<Claimed> failing =
                next.stream().filter(one -> endpoint(one).equals(FIRST)).toList();
        recorded(failing, new Exchange.TimedOut("stalls"));
        assertThat(lanes.unwanted())
                .hasSize(10 - failing.size())
                .allMatch(one -> endpoint(one).equals(FIRST));
        assertThat(lanes.roomForNew(FIRST)).isZero();
        assertThat(lanes.roomForClaim().ahead()).isEmpty();
        assertThat(lanes.next()).isNotEmpty().allMatch(one -> endpoint(one).equals(SECOND));
    }

    @Test
    void givesBackWhatWaitsForLong() {
        lanes.add(some(FIRST, 6));
        assertThat(lanes.next()).hasSize(PER_ENDPOINT);
        assertThat(lanes.unwanted()).isEmpty();
        nanos += Duration.ofMillis(1_001).toNanos();
        lanes.add(some(FIRST, 1));
        assertThat(lanes.unwanted()).hasSize(2);
        assertThat(lanes.unwanted()).isEmpty();
        assertThat(lanes.unrecorded()).isEqualTo(PER_ENDPOINT);
    }

    @Test
    void sendsNothingThatHasWaitedForLong() {
        lanes.add(some(FIRST, 1));
        nanos += Duration.ofMillis(1_001).toNanos();
        assertThat(lanes.next()).isEmpty();
        lanes.add(some(SECOND, 1));
        assertThat(lanes.next()).hasSize(1);
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
        lanes.add(some(FIRST, 4 * PER_ENDPOINT));
        List<Attempted> first = outcomes(lanes.next(), OK);
        assertThat(lanes.next()).isEmpty();
        first.forEach(lanes::over);
        List<Attempted> second = outcomes(lanes.next(), OK);
        assertThat(second).hasSize(PER_ENDPOINT);
        second.forEach(lanes::over);
        int atMost = Lanes.unrecordedAtMost(PER_ENDPOINT); // a killed process repeats them
        List<Attempted> third = outcomes(lanes.next(), OK);
        assertThat(third).hasSize(atMost - 2 * PER_ENDPOINT);
        third.forEach(lanes::over);
        assertThat(lanes.next()).isEmpty();
        lanes.recorded(first);
        assertThat(lanes.next()).hasSize(PER_ENDPOINT);
    }

    @Test
    void repeatsNoMoreThanTwoOfOnePlace() {
        assertThat(Lanes.unrecordedAtMost(1)).isEqualTo(2);
    }

    @Test
    void recordsWhatFailedBeforeMoreMayFail() {
        lanes.add(some(FIRST, 3 * PER_ENDPOINT));
        List<Attempted> failing = outcomes(lanes.next(), new Exchange.TimedOut("stalls"));
        failing.forEach(lanes::over);
        assertThat(lanes.unwanted()).hasSize(2 * PER_ENDPOINT);
        lanes.add(some(FIRST, 1));
        assertThat(lanes.next()).isEmpty();
        lanes.recorded(failing);
        lanes.add(some(FIRST, 1));
        assertThat(lanes.next()).hasSize(1);
    }

    @Test
    void claimsNothingAheadWithoutAFreePlace() {
        delivered(FIRST, 3);
        lanes.add(some(FIRST, PER_ENDPOINT));
        lanes.add(some(SECOND, PER_ENDPOINT));
        assertThat(lanes.next()).hasSize(IN_ALL);
        assertThat(lanes.roomForClaim().most()).isZero();
    }

    @Test
    void takesNothingOnceItIsClosed() {
        lanes.add(some(FIRST, 6));
        lanes.next();
        assertThat(lanes.close(life)).hasSize(2);
        assertThat(lanes.add(some(FIRST, 1))).isFalse();
        assertThat(lanes.next()).isEmpty();
        assertThat(lanes.open()).isNotEqualTo(life);
        assertThat(lanes.close(life)).isEmpty(); // too late
        assertThat(lanes.add(some(SECOND, 1))).isTrue();
        assertThat(lanes.next()).hasSize(1);
    }

    /** As a claim that finds nothing. */
    private void look(UUID endpoint) {
        Lanes.Room room = lanes.roomForClaim();
        assertThat(lanes.unclear(room, List.of())).contains(endpoint);
        lanes.cleared(List.of(endpoint), room.number());
    }

    private void delivered(UUID endpoint, int count) {
        lanes.add(some(endpoint, count));
        recorded(lanes.next(), OK);
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
