package io.tillstream.command.apikey;

import static io.tillstream.command.apikey.AnApiKey.EXPIRY;
import static io.tillstream.command.apikey.AnApiKey.ID;
import static io.tillstream.command.apikey.AnApiKey.MARK;
import static io.tillstream.command.apikey.AnApiKey.NOW;
import static io.tillstream.command.apikey.AnApiKey.OWNER;
import static io.tillstream.command.apikey.AnApiKey.anApiKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.apikey.ApiKeyCommand.CreateApiKey;
import io.tillstream.events.Mode;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import java.util.List;
import org.junit.jupiter.api.Test;

class CreateApiKeyTest {
    private static final List<String> SCOPES = List.of("users:read", "products:write");
    private static final CreateApiKey CREATE = new CreateApiKey(ID, OWNER, "CI", MARK, Mode.TEST, SCOPES, 120, EXPIRY);

    @Test
    void doesNothingWhenItHappenedBefore() {
        assertThat(ApiKeyRules.create(anApiKey().created(), CREATE, NOW)).isEmpty();
    }

    @Test
    void keepsTheHashAndTheOrderOfTheScopes() {
        assertThat(ApiKeyRules.create(null, CREATE, NOW))
                .containsExactly(new ApiKeyCreated(
                        ID, NOW, OWNER, "CI", MARK.prefix(), MARK.hash(), Mode.TEST, SCOPES, 120, EXPIRY, null));
    }
}
