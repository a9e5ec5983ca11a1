package io.tillstream.command.user;

import static io.tillstream.command.spec.Refusals.assertRefused;
import static io.tillstream.command.user.UserRefusal.REASON_NAMES_PERSON;
import static io.tillstream.command.user.UserRefusal.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.user.UserCommand.EraseUser;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent.UserErased;
import io.tillstream.events.user.UserEvent.UserRegistered;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EraseUserTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @Test
    void refusesAnUnknownUser() {
        assertRefused(UNKNOWN, () -> UserRules.erase(null, because("Asked for it"), NOW));
    }

    @Test
    void leavesAnAccountWithNobodyInIt() {
        UserErased erased = new UserErased(ID, NOW, "Asked for it");
        assertThat(UserRules.erase(ada("Ada"), because("Asked for it"), NOW)).containsExactly(erased);
        User nobody = User.after(ada("Ada"), erased);
        assertThat(nobody.email()).isNull();
        assertThat(nobody.name()).isNull();
        assertThat(nobody.erasedAt()).isEqualTo(NOW);
        assertThat(nobody.version()).isEqualTo(1);
        assertThat(nobody.deleted()).isFalse();
        assertThat(nobody.derived().claims()).isEmpty();
    }

    @Test
    void doesNothingWhenItHappenedBefore() {
        User nobody = User.after(ada("Ada"), new UserErased(ID, NOW, "Asked for it"));
        assertThat(UserRules.erase(nobody, because("Asked again, by Ada"), NOW)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ada lovelace", "For Ada Lovelace, by phone", "(ADA LOVELACE)", "ada+shop@Example.com wants it"})
    void refusesAReasonThatNamesThePerson(String reason) {
        assertRefused(REASON_NAMES_PERSON, () -> UserRules.erase(ada("Ada Lovelace"), because(reason), NOW));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Adaptation of our records", "Canada", "Asked for it"})
    void takesAReasonThatOnlyHasTheNameWithinAWord(String reason) {
        assertThat(UserRules.erase(ada("Ada"), because(reason), NOW)).hasSize(1);
    }

    @Test
    void takesAnyReasonOfAPersonWithoutAName() {
        assertThat(UserRules.erase(ada(null), because("Asked for it"), NOW)).hasSize(1);
    }

    @Test
    void keepsTheReasonOutOfLogs() {
        assertThat(because("Ada asked")).hasToString("EraseUser[" + ID + "]");
    }

    private static User ada(@Nullable String name) {
        return User.after(null, new UserRegistered(ID, NOW, "Ada+Shop@Example.com", name));
    }

    private static EraseUser because(String reason) {
        return new EraseUser(ID, reason);
    }
}
