package io.tillstream.query.user;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An account with its grants.
 *
 * @param grants in the order of granting, revoked ones left out
 */
record Customer(User user, List<Access> grants) {
    static Customer after(@Nullable Customer before, UserEvent event) {
        return before == null
                ? new Customer(User.after(null, event), List.of())
                : new Customer(User.after(before.user, event), before.grants);
    }

    static Customer after(@Nullable Customer before, AccessEvent event) {
        Customer known = requireNonNull(before, "an account is there before its grants");
        List<Access> grants = new ArrayList<>(known.grants);
        Access granted = known.grants.stream()
                .filter(grant -> grant.id().equals(event.accessId()))
                .findFirst()
                .orElse(null);
        Access changed = Access.after(granted, event);
        if (granted == null) grants.add(changed);
        else if (changed.deleted()) grants.remove(granted);
        else grants.set(grants.indexOf(granted), changed);
        return new Customer(known.user, grants);
    }
}
