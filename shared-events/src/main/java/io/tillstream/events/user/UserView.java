package io.tillstream.events.user;

import io.tillstream.events.Flat;
import io.tillstream.events.OmitNull;
import io.tillstream.events.access.AccessView;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An account as clients see it.
 *
 * @param productAccess newest grant first, revoked ones left out
 */
public record UserView(@Flat Account account, List<AccessView> productAccess, UserStats stats) {
    /**
     * What is its own.
     *
     * @param email null once the person was erased
     * @param erasedAt when the person was erased; such an account takes no access any more
     * @param emailConfirmedAt null: an account that a merchant made has confirmed nothing
     * @param lastSignInAt null until customers can sign in
     * @param userMetadata null when nothing is known
     */
    public record Account(
            UUID id,
            @Nullable String email,
            Instant createdAt,
            @Nullable Instant erasedAt,
            @Nullable Instant emailConfirmedAt,
            @Nullable Instant lastSignInAt,
            @Nullable Metadata userMetadata) {
        public static Account of(User user) {
            Metadata metadata = user.name() == null ? null : new Metadata(null, null, user.name());
            return new Account(user.id(), user.email(), user.createdAt(), user.erasedAt(), null, null, metadata);
        }
    }

    /** What is known of the person. */
    public record Metadata(
            @OmitNull @Nullable String fullName,
            @OmitNull @Nullable String avatarUrl,
            @OmitNull @Nullable String name) {}

    public static UserView of(User user, List<AccessView> access, UserStats stats) {
        return new UserView(Account.of(user), access, stats);
    }
}
