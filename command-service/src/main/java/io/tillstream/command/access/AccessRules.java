package io.tillstream.command.access;

import static io.tillstream.command.access.AccessRefusal.PRODUCT_INACTIVE;
import static io.tillstream.command.access.AccessRefusal.PRODUCT_UNKNOWN;
import static io.tillstream.command.access.AccessRefusal.TOO_LONG;
import static io.tillstream.command.access.AccessRefusal.UNKNOWN;
import static io.tillstream.command.access.AccessRefusal.USER_ERASED;
import static io.tillstream.command.access.AccessRefusal.USER_UNKNOWN;

import io.tillstream.command.access.AccessCommand.ExtendAccess;
import io.tillstream.command.access.AccessCommand.GrantAccess;
import io.tillstream.command.access.AccessCommand.MakeAccessPermanent;
import io.tillstream.command.access.AccessCommand.RecordAccessExpiry;
import io.tillstream.command.access.AccessCommand.RevokeAccess;
import io.tillstream.command.access.AccessCommand.SetAccessDuration;
import io.tillstream.command.access.AccessCommand.SetAccessExpiry;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.access.AccessEvent.AccessExpired;
import io.tillstream.events.access.AccessEvent.AccessExpiryChanged;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessMadePermanent;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.product.Product;
import io.tillstream.events.user.User;
import io.tillstream.http.error.Refused;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who gets access to what, and until when. That there is one grant for a user and a product is held by its claim; that
 * both still exist when it is written, by its references.
 */
final class AccessRules {
    /** The last instant that a timestamp of the contract can write. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private AccessRules() {}

    static List<AccessEvent> grant(
            @Nullable Access access, @Nullable Product product, @Nullable User user, GrantAccess command, Instant now) {
        if (access != null) return List.of();
        if (product == null) throw new Refused(PRODUCT_UNKNOWN);
        if (!product.isActive()) throw new Refused(PRODUCT_INACTIVE);
        if (user == null) throw new Refused(USER_UNKNOWN);
        if (user.erasedAt() != null) throw new Refused(USER_ERASED);
        Integer days = command.durationDays();
        return List.of(new AccessGranted(
                command.accessId(),
                now,
                user.id(),
                product.id(),
                days == null ? command.expiresAt() : daysAfter(now, days),
                days,
                product.price().price(),
                product.price().currency()));
    }

    // contract: decision 18, permanent access stays permanent, since what was paid for is not shortened by extending it
    static List<AccessEvent> extend(@Nullable Access access, ExtendAccess command, Instant now) {
        Access known = known(access, command.userId());
        Instant expiry = known.expiresAt();
        if (expiry == null) return List.of();
        Instant from = expiry.isAfter(now) ? expiry : now;
        return List.of(
                new AccessExtended(known.id(), now, known.userId(), command.days(), daysAfter(from, command.days())));
    }

    static List<AccessEvent> setExpiry(@Nullable Access access, SetAccessExpiry command, Instant now) {
        Access known = known(access, command.userId());
        return endingAt(known, command.expiresAt(), known.durationDays(), now);
    }

    static List<AccessEvent> setDuration(@Nullable Access access, SetAccessDuration command, Instant now) {
        return endingAt(known(access, command.userId()), daysAfter(now, command.days()), command.days(), now);
    }

    static List<AccessEvent> makePermanent(@Nullable Access access, MakeAccessPermanent command, Instant now) {
        Access known = known(access, command.userId());
        return known.expiresAt() == null
                ? List.of()
                : List.of(new AccessMadePermanent(known.id(), now, known.userId()));
    }

    static List<AccessEvent> revoke(@Nullable Access access, RevokeAccess command, Instant now) {
        Access known = known(access, command.userId());
        return List.of(new AccessRevoked(known.id(), now, known.userId()));
    }

    static List<AccessEvent> end(@Nullable Access access, Instant now) {
        return access == null ? List.of() : List.of(new AccessRevoked(access.id(), now, access.userId()));
    }

    static List<AccessEvent> recordExpiry(@Nullable Access access, RecordAccessExpiry command, Instant now) {
        if (access == null || access.expiryRecorded()) return List.of();
        Instant expiry = access.expiresAt();
        if (expiry == null || !access.expiredAt(now)) return List.of();
        return List.of(new AccessExpired(command.accessId(), now, access.userId(), expiry));
    }

    private static Access known(@Nullable Access access, UUID userId) {
        if (access == null || !access.userId().equals(userId)) throw new Refused(UNKNOWN);
        return access;
    }

    private static List<AccessEvent> endingAt(Access access, Instant end, @Nullable Integer days, Instant now) {
        if (end.equals(access.expiresAt()) && Objects.equals(days, access.durationDays())) return List.of();
        return List.of(new AccessExpiryChanged(access.id(), now, access.userId(), end, days));
    }

    private static Instant daysAfter(Instant from, int days) {
        Instant end = from.plus(days, ChronoUnit.DAYS);
        if (end.isAfter(LAST)) throw new Refused(TOO_LONG);
        return end;
    }
}
