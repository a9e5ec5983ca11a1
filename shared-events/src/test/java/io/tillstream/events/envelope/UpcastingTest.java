package io.tillstream.events.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.events.Concept;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.State;
import io.tillstream.events.derived.Derived;
import io.tillstream.events.envelope.EventJson.Upcaster;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** How an event is read whose shape has changed twice since it was stored. */
class UpcastingTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final String AT = "2026-03-01T10:00:00.000Z";

    sealed interface ParcelEvent extends DomainEvent {
        /** Its third shape: the first had pounds, the second grams, and neither a carrier. */
        record ParcelSent(UUID parcelId, Instant at, long grams, String carrier) implements ParcelEvent {
            @Override
            public UUID aggregateId() {
                return parcelId;
            }
        }
    }

    record Parcel(UUID id, long version, Instant updatedAt, boolean deleted) implements State {
        static Parcel after(@Nullable Parcel before, ParcelEvent event) {
            return new Parcel(event.aggregateId(), before == null ? 0 : before.version + 1, event.at(), false);
        }

        @Override
        public Derived derived() {
            return Derived.NOTHING;
        }
    }

    private static final Concept<Parcel, ParcelEvent> PARCEL = Concept.named(
                    "parcel", Parcel.class, ParcelEvent.class, Parcel::after)
            .event("parcel.sent", 3, ParcelEvent.ParcelSent.class)
            .build(1);

    private static final Upcaster POUNDS_TO_GRAMS = new Upcaster("parcel.sent", 1, json -> {
        ObjectNode lifted = json.deepCopy();
        lifted.remove("pounds");
        return lifted.put("grams", json.get("pounds").asLong() * 454);
    });

    private static final Upcaster NAME_THE_CARRIER =
            new Upcaster("parcel.sent", 2, json -> json.deepCopy().put("carrier", "post"));

    private final EventJson json = new EventJson(List.of(PARCEL), List.of(NAME_THE_CARRIER, POUNDS_TO_GRAMS));

    @Test
    void liftsTheFirstShapeThroughEachLaterOne() {
        assertThat(json.read("parcel.sent", 1, stored().put("pounds", 2)))
                .isEqualTo(new ParcelEvent.ParcelSent(ID, Instant.parse(AT), 908, "post"));
    }

    @Test
    void liftsTheSecondShapeOnce() {
        assertThat(json.read("parcel.sent", 2, stored().put("grams", 500)))
                .isEqualTo(new ParcelEvent.ParcelSent(ID, Instant.parse(AT), 500, "post"));
    }

    @Test
    void leavesTheStoredJsonAsItWas() {
        ObjectNode stored = stored().put("pounds", 2);
        json.read("parcel.sent", 1, stored);
        assertThat(stored).isEqualTo(stored().put("pounds", 2));
    }

    @Test
    void writesTheShapeOfToday() {
        assertThat(json.typeOf(ParcelEvent.ParcelSent.class).revision()).isEqualTo(3);
        assertThat(json.write(new ParcelEvent.ParcelSent(ID, Instant.parse(AT), 500, "bike")))
                .isEqualTo(stored().put("grams", 500L).put("carrier", "bike"));
    }

    @Test
    void failsWhereNothingLiftsAShape() {
        EventJson incomplete = new EventJson(List.of(PARCEL), List.of(NAME_THE_CARRIER));
        assertThatThrownBy(() -> incomplete.read("parcel.sent", 1, stored()))
                .hasMessage("Nothing lifts parcel.sent from revision 1 to 2");
    }

    private static ObjectNode stored() {
        return EventJson.STORED
                .createObjectNode()
                .put("parcel_id", ID.toString())
                .put("at", AT);
    }
}
