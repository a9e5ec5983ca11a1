package io.tillstream.command.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final String HASH = Passwords.hash("correct horse battery");

    @Test
    void matchesOnlyTheSamePassword() {
        assertThat(Passwords.matches("correct horse battery", HASH)).isTrue();
        assertThat(Passwords.matches("Correct horse battery", HASH)).isFalse();
        assertThat(Passwords.matches("", HASH)).isFalse();
    }

    @Test
    void isSaltedAndSaysHowItWasMade() {
        assertThat(HASH).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(Passwords.hash("correct horse battery")).isNotEqualTo(HASH);
    }

    @Test
    void readsHashesOfAnotherCost() {
        // the reference implementation's: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e
        assertThat(Passwords.matches(
                        "password",
                        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"))
                .isTrue();
    }
}
