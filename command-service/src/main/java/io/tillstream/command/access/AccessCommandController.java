package io.tillstream.command.access;

import static java.util.Objects.requireNonNull;

import com.github.f4b6a3.uuid.UuidCreator;
import io.swagger.v3.oas.annotations.Operation;
import io.tillstream.command.access.AccessBody.ChangeAccessRequest;
import io.tillstream.command.access.AccessBody.GrantAccessRequest;
import io.tillstream.command.access.AccessCommand.ExtendAccess;
import io.tillstream.command.access.AccessCommand.GrantAccess;
import io.tillstream.command.access.AccessCommand.MakeAccessPermanent;
import io.tillstream.command.access.AccessCommand.RevokeAccess;
import io.tillstream.command.access.AccessCommand.SetAccessDuration;
import io.tillstream.command.access.AccessCommand.SetAccessExpiry;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.platform.Others;
import io.tillstream.command.platform.Time;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessView;
import io.tillstream.events.product.Product;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresScope;
import io.tillstream.http.access.Scope;
import io.tillstream.http.body.JsonBody;
import io.tillstream.http.body.Values;
import io.tillstream.http.error.Refuses;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/users/{userId}/access")
class AccessCommandController {
    /** What a grant answers; reads show more of the product. */
    record GrantedAccess(
            UUID id,
            UUID userId,
            UUID productId,
            String productName,
            Instant grantedAt,
            @Nullable Instant expiresAt,
            @Nullable Integer durationDays) {}

    private final CommandSender commands;
    private final Others others;
    private final Time time;

    AccessCommandController(CommandSender commands, Others others, Time time) {
        this.commands = commands;
        this.others = others;
        this.time = time;
    }

    @PostMapping
    @RequiresScope(Scope.USERS_WRITE)
    @Operation(
            summary = "Grant access to a product",
            description = "Permanent unless a length or an end is given. One grant for a user and a product at a time.")
    @Refuses({"PRODUCT_UNKNOWN", "USER_UNKNOWN", "USER_ERASED", "PRODUCT_INACTIVE", "ALREADY_GRANTED", "TOO_LONG"})
    Answer<GrantedAccess> grant(
            @PathVariable UUID userId, Request request, @JsonBody(GrantAccessRequest.class) Values body) {
        GrantAccess command = new GrantAccess(
                UuidCreator.getTimeOrderedEpoch(),
                userId,
                body.requiredUuid("product_id"),
                body.integer(AccessBody.DURATION),
                body.instant(AccessBody.EXPIRES));
        return commands.send(
                request,
                command,
                (Access access) -> Answer.created(granted(access)).version(access.version()));
    }

    @PatchMapping("/{accessId}")
    @RequiresScope(Scope.USERS_WRITE)
    @Operation(
            summary = "Extend or modify access",
            description = "Does the first of what is sent: extend, end at an instant (or never), end after some days.")
    @Refuses({"UNKNOWN", "TOO_LONG"})
    Answer<AccessView> change(
            @PathVariable UUID userId,
            @PathVariable UUID accessId,
            Request request,
            @JsonBody(ChangeAccessRequest.class) Values body) {
        return commands.send(
                request,
                change(userId, accessId, body),
                (Access access) -> Answer.ok(view(access)).version(access.version()));
    }

    @DeleteMapping("/{accessId}")
    @RequiresScope(Scope.USERS_WRITE)
    @Operation(summary = "Revoke access", description = "It can be granted again.")
    @Refuses("UNKNOWN")
    Answer<Void> revoke(@PathVariable UUID userId, @PathVariable UUID accessId, Request request) {
        return commands.send(request, new RevokeAccess(accessId, userId), (Access access) -> Answer.noContent());
    }

    private static AccessCommand change(UUID userId, UUID accessId, Values body) {
        if (body.has(AccessBody.EXTEND))
            return new ExtendAccess(accessId, userId, body.requiredInteger(AccessBody.EXTEND));
        if (body.has(AccessBody.DURATION))
            return new SetAccessDuration(accessId, userId, body.requiredInteger(AccessBody.DURATION));
        Instant end = body.instant(AccessBody.EXPIRES);
        return end == null ? new MakeAccessPermanent(accessId, userId) : new SetAccessExpiry(accessId, userId, end);
    }

    private GrantedAccess granted(Access access) {
        return new GrantedAccess(
                access.id(),
                access.userId(),
                access.productId(),
                product(access).details().name(),
                access.grantedAt(),
                access.expiresAt(),
                access.durationDays());
    }

    private AccessView view(Access access) {
        return AccessView.single(access, product(access), time.after(access));
    }

    private Product product(Access access) {
        return requireNonNull(
                others.live(Product.CONCEPT, access.productId()), "access refers to its product for ever");
    }
}
