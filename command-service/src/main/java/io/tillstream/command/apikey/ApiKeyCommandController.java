package io.tillstream.command.apikey;

import static java.util.Objects.requireNonNull;

import com.github.f4b6a3.uuid.UuidCreator;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.tillstream.command.apikey.ApiKeyAggregate.Rotation;
import io.tillstream.command.apikey.ApiKeyBody.CreateApiKeyRequest;
import io.tillstream.command.apikey.ApiKeyBody.RotateApiKeyRequest;
import io.tillstream.command.apikey.ApiKeyBody.UpdateApiKeyRequest;
import io.tillstream.command.apikey.ApiKeyCommand.ChangeApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.CreateApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.RevokeApiKey;
import io.tillstream.command.apikey.ApiKeyCommand.RotateApiKey;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.events.Mode;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.events.apikey.ApiKeyView;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.Scope;
import io.tillstream.http.access.SessionOnly;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refuses;
import io.tillstream.http.text.SafeText;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/api-keys")
class ApiKeyCommandController {
    private static final String WARNING = "Save this key now. It will not be shown again.";
    private static final int REASON_LENGTH = 500;

    /**
     * A new key, in full this once.
     *
     * @param key the secret itself
     */
    record IssuedApiKey(
            UUID id,
            String name,
            String keyPrefix,
            Mode environment,
            List<String> scopes,
            @Nullable Integer rateLimitPerMinute,
            @Nullable Instant expiresAt,
            Instant createdAt,
            String key,
            String warning) {
        static IssuedApiKey of(ApiKey made, NewKey secret) {
            return new IssuedApiKey(
                    made.id(),
                    made.name(),
                    made.keyPrefix(),
                    made.environment(),
                    made.scopes(),
                    made.rateLimitPerMinute(),
                    made.expiresAt(),
                    made.createdAt(),
                    secret.inFull(),
                    WARNING);
        }

        @Override
        public String toString() {
            return "IssuedApiKey[" + id + "]";
        }
    }

    /**
     * What becomes of the old key.
     *
     * @param graceUntil how long it works on, null for not at all
     */
    record RetiredApiKey(UUID id, @Nullable Instant graceUntil, String message) {
        static RetiredApiKey of(ApiKey old) {
            Instant until = old.rotationGraceUntil();
            return new RetiredApiKey(
                    old.id(),
                    until,
                    until == null
                            ? "The old key was immediately deactivated."
                            : "The old key works until " + EventJson.TIMESTAMP.format(until) + ".");
        }
    }

    /** Both keys after a rotation. */
    record RotatedApiKey(IssuedApiKey newKey, RetiredApiKey oldKey) {}

    /** A key that works no more. */
    record RevokedApiKey(UUID id, String name, boolean revoked, Instant revokedAt) {}

    private final CommandSender commands;

    ApiKeyCommandController(CommandSender commands) {
        this.commands = commands;
    }

    @PostMapping
    @SessionOnly
    @Operation(summary = "Create an API key", description = "The answer is the only one that shows the key in full.")
    Answer<IssuedApiKey> create(Request request, @JsonBody(CreateApiKeyRequest.class) Values body) {
        NewKey secret = KeySecret.random().in(Mode.of(body.requiredText("environment")));
        CreateApiKey command = new CreateApiKey(
                UuidCreator.getTimeOrderedEpoch(),
                request.caller().id(),
                body.requiredText("name"),
                secret.mark(),
                secret.environment(),
                Scope.expand(requireNonNull(body.texts("scopes"))),
                body.integer("rate_limit_per_minute"),
                body.instant("expires_at"));
        return commands.sendForShop(
                request,
                command,
                (ApiKey key) -> Answer.created(IssuedApiKey.of(key, secret)).version(key.version()));
    }

    @PatchMapping("/{id}")
    @SessionOnly
    @Operation(
            summary = "Update an API key",
            description = "Name, scopes, rate limit and whether it is active. Its use is shown by the reads only.")
    @Refuses({"UNKNOWN", "REVOKED", "ROTATED"})
    Answer<ApiKeyView> update(
            @PathVariable UUID id, Request request, @JsonBody(UpdateApiKeyRequest.class) Values body) {
        List<String> scopes = body.texts("scopes");
        ChangeApiKey command = new ChangeApiKey(
                id,
                request.caller().id(),
                body.text("name"),
                scopes == null ? null : Scope.expand(scopes),
                body.integer("rate_limit_per_minute"),
                body.bool("is_active"));
        return commands.sendForShop(
                request, command, (ApiKey key) -> Answer.ok(ApiKeyView.of(key)).version(key.version()));
    }

    @DeleteMapping("/{id}")
    @SessionOnly
    @Operation(summary = "Revoke an API key", description = "It stops at once, in its grace period too, and for good.")
    @Refuses({"UNKNOWN", "REVOKED"})
    Answer<RevokedApiKey> revoke(
            @PathVariable UUID id,
            @Parameter(
                            description = "Why, for those who read the key's history",
                            example = "Leaked",
                            schema = @Schema(maxLength = REASON_LENGTH))
                    @RequestParam(required = false)
                    @Nullable
                    String reason,
            Request request) {
        RevokeApiKey command = new RevokeApiKey(id, request.caller().id(), checked(reason));
        return commands.sendForShop(
                request,
                command,
                (ApiKey key) -> Answer.ok(
                                new RevokedApiKey(key.id(), key.name(), true, requireNonNull(key.revokedAt())))
                        .version(key.version()));
    }

    @PostMapping("/{id}/rotate")
    @SessionOnly
    @Operation(
            summary = "Rotate an API key",
            description = "A new key takes over at once; the old one works on for its grace period.")
    @Refuses({"UNKNOWN", "REVOKED", "INACTIVE"})
    Answer<RotatedApiKey> rotate(
            @PathVariable UUID id,
            Request request,
            @JsonBody(value = RotateApiKeyRequest.class, optional = true) Values body) {
        KeySecret secret = KeySecret.random();
        RotateApiKey command = new RotateApiKey(
                id,
                request.caller().id(),
                body.requiredInteger("grace_period_hours"),
                UuidCreator.getTimeOrderedEpoch(),
                secret);
        return commands.sendForShop(
                request,
                command,
                (Rotation rotation) -> Answer.created(new RotatedApiKey(
                        IssuedApiKey.of(
                                rotation.successor(),
                                secret.in(rotation.successor().environment())),
                        RetiredApiKey.of(rotation.old()))));
    }

    private static @Nullable String checked(@Nullable String reason) {
        if (reason == null || reason.isBlank()) return null;
        if (reason.length() > REASON_LENGTH || !SafeText.storable(reason)) {
            String wrong = "reason must have at most " + REASON_LENGTH + " characters";
            throw new Invalid(ErrorCode.VALIDATION_ERROR, "Invalid input: " + wrong, Map.of("reason", List.of(wrong)));
        }
        return reason;
    }
}
