package io.tillstream.http.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a key may be allowed to do, in canonical order. */
public enum Scope {
    PRODUCTS_READ("products:read", "View products"),
    PRODUCTS_WRITE("products:write", "Create, update, delete products"),
    USERS_READ("users:read", "View users and access records"),
    USERS_WRITE("users:write", "Manage user access (grant, revoke, extend)"),
    COUPONS_READ("coupons:read", "View coupons"),
    COUPONS_WRITE("coupons:write", "Create, update, delete coupons"),
    ANALYTICS_READ("analytics:read", "View analytics, reports, and payment data"),
    WEBHOOKS_READ("webhooks:read", "View webhook configurations"),
    WEBHOOKS_WRITE("webhooks:write", "Manage webhooks (create, update, delete, test)"),
    INTEGRATIONS_WRITE("integrations:write", "Manage tracking and consent integrations"),
    REFUND_REQUESTS_READ("refund-requests:read", "View refund requests"),
    REFUND_REQUESTS_WRITE("refund-requests:write", "Process refund requests"),
    SYSTEM_READ("system:read", "View system status and update info");

    /** Input only: stands for every scope. */
    public static final String EVERY = "*";

    public static final Set<Scope> ALL = Collections.unmodifiableSet(EnumSet.allOf(Scope.class));

    private static final Map<String, Scope> BY_WIRE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Scope::wire, Function.identity()));

    private final String wire;
    private final String meaning;

    Scope(String wire, String meaning) {
        this.wire = wire;
        this.meaning = meaning;
    }

    public String wire() {
        return wire;
    }

    /** What it allows, in a phrase. */
    public String meaning() {
        return meaning;
    }

    public static Optional<Scope> of(String wire) {
        return Optional.ofNullable(BY_WIRE.get(wire));
    }

    /** Those that are granted by these names, writes with the reads they imply. Unknown names grant nothing. */
    public static Set<Scope> granted(Collection<String> names) {
        EnumSet<Scope> granted = EnumSet.noneOf(Scope.class);
        for (String name : names) {
            Scope scope = BY_WIRE.get(name);
            if (scope == null) continue;
            granted.add(scope);
            if (name.endsWith(":write")) {
                Scope read = BY_WIRE.get(name.substring(0, name.length() - "write".length()) + "read");
                if (read != null) granted.add(read);
            }
        }
        return Collections.unmodifiableSet(granted);
    }

    /** Names as a key keeps them: {@code *} becomes all 13 in canonical order, others keep their order without repeats. */
    public static List<String> expand(List<String> names) {
        if (names.contains(EVERY))
            return Arrays.stream(values()).map(Scope::wire).toList();
        return List.copyOf(new LinkedHashSet<>(names));
    }
}
