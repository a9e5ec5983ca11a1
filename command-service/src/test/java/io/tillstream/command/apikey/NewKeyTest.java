package io.tillstream.command.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.events.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewKeyTest {
    @Test
    void has256RandomBitsBehindThePrefixOfItsEnvironment() {
        assertThat(KeySecret.random().in(Mode.LIVE).inFull()).matches("sf_live_[a-f0-9]{64}");
        assertThat(KeySecret.random().in(Mode.TEST).inFull()).matches("sf_test_[a-f0-9]{64}");
        assertThat(KeySecret.random().in(Mode.LIVE).inFull())
                .isNotEqualTo(KeySecret.random().in(Mode.LIVE).inFull());
    }

    @Test
    void isKnownByItsFirstTwelveCharactersAndItsHash() {
        NewKey key = NewKey.given("sf_test_" + "0".repeat(64));
        assertThat(key.environment()).isEqualTo(Mode.TEST);
        assertThat(key.mark())
                .isEqualTo(new KeyMark(
                        "sf_test_0000", "71ddb93c0a668e5ab6f7b1c6e038200fc1701d3b954e5aeb68e95e8c81c6ca1a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sf_live_", "sf_prod_0000", "secret"})
    void refusesAnOperatorsKeyOfAnotherForm(String text) {
        assertThatThrownBy(() -> NewKey.given(text)).hasMessageContaining("sf_live_ or sf_test_");
    }

    @Test
    void keepsItselfOutOfLogs() {
        NewKey key = KeySecret.random().in(Mode.LIVE);
        assertThat(key.toString()).doesNotContain(key.inFull()).hasSize(13);
    }
}
