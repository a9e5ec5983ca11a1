package io.tillstream.command.access;

import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent.AccessExpired;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.product.Product;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent.UserRegistered;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Access that was granted a day ago for thirty days, and whom and what it is about; specifications say what differs. */
final class AnAccess {
    static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    static final UUID USER = UUID.fromString("0199c0de-0000-7000-8000-000000000002");
    static final UUID PRODUCT = UUID.fromString("0199c0de-0000-7000-8000-000000000003");
    static final UUID SOMEBODY_ELSE = UUID.fromString("0199c0de-0000-7000-8000-000000000004");
    static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private static final Instant GRANTED = NOW.minus(Duration.ofDays(1));

    private @Nullable Instant expiresAt = GRANTED.plus(Duration.ofDays(30));
    private @Nullable Integer durationDays = 30;

    private AnAccess() {}

    static AnAccess anAccess() {
        return new AnAccess();
    }

    AnAccess permanent() {
        expiresAt = null;
        durationDays = null;
        return this;
    }

    AnAccess expiring(Instant at) {
        expiresAt = at;
        durationDays = null;
        return this;
    }

    AnAccess expired() {
        return expiring(NOW.minusSeconds(1));
    }

    Access granted() {
        return Access.after(null, new AccessGranted(ID, GRANTED, USER, PRODUCT, expiresAt, durationDays, 2900, "USD"));
    }

    Access withItsExpiryRecorded() {
        Access granted = granted();
        Instant end = expiresAt == null ? NOW : expiresAt;
        return Access.after(granted, new AccessExpired(ID, NOW, USER, end));
    }

    static User aUser() {
        return User.after(null, new UserRegistered(USER, GRANTED, "ada@example.com", null));
    }

    static Product aProduct() {
        return product(true);
    }

    static Product anInactiveProduct() {
        return product(false);
    }

    private static Product product(boolean active) {
        String json = """
                {"id":"%s","details":{"name":"Course","slug":"course"},"price":{"price":2900,"currency":"EUR"},
                 "is_active":%s,"created_at":"2026-02-01T00:00:00.000Z","updated_at":"2026-02-01T00:00:00.000Z"}""".formatted(PRODUCT, active);
        return EventJson.STORED.readValue(json, Product.class);
    }
}
