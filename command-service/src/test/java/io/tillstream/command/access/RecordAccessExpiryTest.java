package io.tillstream.command.access;

import static io.tillstream.command.access.AnAccess.ID;
import static io.tillstream.command.access.AnAccess.NOW;
import static io.tillstream.command.access.AnAccess.USER;
import static io.tillstream.command.access.AnAccess.anAccess;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.access.AccessCommand.RecordAccessExpiry;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.access.AccessEvent.AccessExpired;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordAccessExpiryTest {
    @Test
    void doesNothingBeforeTheEnd() {
        assertThat(recorded(anAccess().expiring(NOW.plusMillis(1)).granted())).isEmpty();
        assertThat(recorded(anAccess().permanent().granted())).isEmpty();
    }

    @Test
    void doesNothingWhenItIsGone() {
        assertThat(recorded(null)).isEmpty();
    }

    @Test
    void doesNothingTheSecondTime() {
        assertThat(recorded(anAccess().expired().withItsExpiryRecorded())).isEmpty();
    }

    @Test
    void recordsWhichEndHasCome() {
        assertThat(recorded(anAccess().expiring(NOW).granted())).containsExactly(new AccessExpired(ID, NOW, USER, NOW));
    }

    private static List<AccessEvent> recorded(@Nullable Access access) {
        return AccessRules.recordExpiry(access, new RecordAccessExpiry(ID), NOW);
    }
}
