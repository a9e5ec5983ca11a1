package io.tillstream.command.webhook;

import com.github.f4b6a3.uuid.UuidCreator;
import io.tillstream.events.webhook.WebhookEvent.SecretName;
import io.tillstream.events.webhook.WebhookView;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.UUID;

/** A secret that was made just now: {@code whsec_} and base64 of 32 random bytes, as Standard Webhooks wants it. */
final class NewSecret {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ENDING = 4;

    private final UUID id = UuidCreator.getTimeOrderedEpoch();
    private final String value;

    private NewSecret(String value) {
        this.value = value;
    }

    static NewSecret random() {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return new NewSecret(WebhookView.SECRET_PREFIX + Base64.getEncoder().encodeToString(secret));
    }

    UUID id() {
        return id;
    }

    String inFull() {
        return value;
    }

    SecretName name() {
        return new SecretName(id, value.substring(value.length() - ENDING));
    }

    @Override
    public String toString() {
        return "NewSecret";
    }
}
