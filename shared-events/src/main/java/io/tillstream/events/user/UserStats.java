package io.tillstream.events.user;

import io.tillstream.events.access.Access;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an account's grants add up to, expired ones included and revoked ones not.
 *
 * @param totalValue minor units over the grants priced in the shop's currency, at the price of the time of the grant
 * @param totalValues the same for every currency there is, by currency
 */
public record UserStats(
        int totalProducts,
        long totalValue,
        List<CurrencyValue> totalValues,
        @Nullable Instant lastAccessGrantedAt,
        @Nullable Instant firstAccessGrantedAt) {

    /** Those of an account without any grant. */
    public static final UserStats NONE = new UserStats(0, 0, List.of(), null, null);

    /** A sum in one currency, in its minor units. */
    public record CurrencyValue(String currency, long value) {}

    public static UserStats of(Collection<Access> grants, String shopCurrency) {
        var values = new TreeMap<String, Long>();
        List<Access> standing =
                grants.stream().filter(grant -> !grant.deleted()).toList();
        for (Access grant : standing) values.merge(grant.currency(), grant.price(), Long::sum);
        return new UserStats(
                standing.size(),
                values.getOrDefault(shopCurrency, 0L),
                values.entrySet().stream()
                        .map(value -> new CurrencyValue(value.getKey(), value.getValue()))
                        .toList(),
                standing.stream()
                        .map(Access::grantedAt)
                        .max(Comparator.naturalOrder())
                        .orElse(null),
                standing.stream()
                        .map(Access::grantedAt)
                        .min(Comparator.naturalOrder())
                        .orElse(null));
    }
}
