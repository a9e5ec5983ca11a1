package io.tillstream.command.apikey;

import static io.tillstream.command.apikey.ApiKeyRefusal.INACTIVE;
import static io.tillstream.command.apikey.ApiKeyRefusal.REVOKED;
import static io.tillstream.command.apikey.ApiKeyRefusal.ROTATED;
import static io.tillstream.command.apikey.ApiKeyRefusal.UNKNOWN;

import io.tillstream.command.apikey.ApiKeyCommand.ChangeApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.CreateApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.RevokeApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.RotateApiKey;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.events.apikey.ApiKeyEvent;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyDisabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyEnabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRateLimitChanged;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRenamed;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRevoked;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRotated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyScopesChanged;
import io.tillstream.http.error.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What may be done to an API key. */
final class ApiKeyRules {
    private static final int NAME_LENGTH = 100;
    private static final String ROTATED_SUFFIX = " (rotated)";

    private ApiKeyRules() {}

    static List<ApiKeyEvent> create(@Nullable ApiKey key, CreateApiKey command, Instant now) {
        if (key != null) return List.of();
        return List.of(new ApiKeyCreated(
                command.keyId(),
                now,
                command.ownerId(),
                command.name(),
                command.mark().prefix(),
                command.mark().hash(),
                command.environment(),
                command.scopes(),
                command.rateLimitPerMinute(),
                command.expiresAt(),
                null));
    }

    static List<ApiKeyEvent> change(@Nullable ApiKey key, ChangeApiKey command, Instant now) {
        ApiKey known = notRevoked(key, command.adminId());
        List<ApiKeyEvent> events = new ArrayList<>();
        String name = command.name();
        if (name != null && !name.equals(known.name())) events.add(new ApiKeyRenamed(known.id(), now, name));
        List<String> scopes = command.scopes();
        if (scopes != null && !scopes.equals(known.scopes()))
            events.add(new ApiKeyScopesChanged(known.id(), now, scopes));
        Integer limit = command.rateLimitPerMinute();
        if (limit != null && !limit.equals(known.rateLimitPerMinute()))
            events.add(new ApiKeyRateLimitChanged(known.id(), now, limit));
        Boolean active = command.isActive();
        if (active != null && active) events.addAll(enable(known, now));
        if (active != null && !active) events.addAll(disable(known, now));
        return List.copyOf(events);
    }

    // A key whose successor took over stays retired: enabled again, it would outlive its grace period for good.
    private static List<ApiKeyEvent> enable(ApiKey key, Instant now) {
        if (key.isActive()) return List.of();
        if (key.rotated()) throw new Refused(ROTATED);
        return List.of(new ApiKeyEnabled(key.id(), now));
    }

    // A rotated key is inactive already, but works while its grace lasts.
    private static List<ApiKeyEvent> disable(ApiKey key, Instant now) {
        boolean works = key.isActive() || key.rotationGraceUntil() != null;
        return works ? List.of(new ApiKeyDisabled(key.id(), now)) : List.of();
    }

    static List<ApiKeyEvent> revoke(@Nullable ApiKey key, RevokeApiKey command, Instant now) {
        ApiKey known = notRevoked(key, command.adminId());
        return List.of(new ApiKeyRevoked(known.id(), now, command.reason()));
    }

    static List<ApiKeyEvent> rotate(@Nullable ApiKey key, RotateApiKey command, Instant now) {
        ApiKey known = notRevoked(key, command.adminId());
        if (!known.isActive()) throw new Refused(INACTIVE);
        if (command.graceHours() == 0)
            return List.of(
                    new ApiKeyRotated(known.id(), now, command.successorId(), null),
                    new ApiKeyRevoked(known.id(), now, "Rotated"));
        Instant graceUntil = now.plus(Duration.ofHours(command.graceHours()));
        return List.of(new ApiKeyRotated(known.id(), now, command.successorId(), graceUntil));
    }

    /** The key that takes over from a rotated one: new in nothing but its secret. */
    static ApiKeyCreated successor(ApiKey old, RotateApiKey command, Instant now) {
        KeyMark mark = command.secret().in(old.environment()).mark();
        return new ApiKeyCreated(
                command.successorId(),
                now,
                old.ownerId(),
                rotatedName(old.name()),
                mark.prefix(),
                mark.hash(),
                old.environment(),
                old.scopes(),
                old.rateLimitPerMinute(),
                old.expiresAt(),
                old.id());
    }

    private static String rotatedName(String name) {
        int room = NAME_LENGTH - ROTATED_SUFFIX.length();
        if (name.length() <= room) return name + ROTATED_SUFFIX;
        int end = Character.isHighSurrogate(name.charAt(room - 1)) ? room - 1 : room;
        return name.substring(0, end) + ROTATED_SUFFIX;
    }

    private static ApiKey notRevoked(@Nullable ApiKey key, UUID adminId) {
        if (key == null || !belongsTo(key, adminId)) throw new Refused(UNKNOWN);
        if (key.revokedAt() != null) throw new Refused(REVOKED);
        return key;
    }

    private static boolean belongsTo(ApiKey key, UUID adminId) {
        return key.ownerId() == null || Objects.equals(key.ownerId(), adminId);
    }
}
