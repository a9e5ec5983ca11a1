package io.tillstream.query.user;

import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent;
import io.tillstream.events.user.UserStats;
import io.tillstream.query.platform.Columns;
import io.tillstream.query.platform.FoldProjection;
import io.tillstream.query.platform.Projection;
import io.tillstream.query.platform.Search;
import io.tillstream.store.EventLog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** A document per account, with what its grants add up to as keys. */
final class CustomerProjection implements Projection<Customer> {
    private final String currency;

    /** @param currency the shop's: sums never mix currencies */
    CustomerProjection(String currency) {
        this.currency = currency;
    }

    @Override
    public String name() {
        return "customer";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Class<Customer> stateType() {
        return Customer.class;
    }

    @Override
    public Set<UUID> touches(Envelope event) {
        if (event.aggregateType().equals(User.CONCEPT.name())) return Set.of(event.aggregateId());
        return event.event() instanceof AccessEvent access ? Set.of(access.userId()) : Set.of();
    }

    @Override
    public Collection<UUID> aggregates(UUID user, EventLog events) {
        List<UUID> aggregates = new ArrayList<>(events.referringTo(user, Access.USER));
        aggregates.add(user);
        return aggregates;
    }

    @Override
    public Customer after(@Nullable Customer before, Envelope event) {
        return event.event() instanceof AccessEvent access
                ? Customer.after(before, access)
                : Customer.after(before, (UserEvent) event.event());
    }

    @Override
    public long sequence(Customer customer) {
        return customer.user().version();
    }

    @Override
    public boolean deleted(Customer customer) {
        return customer.user().deleted();
    }

    @Override
    public Document keys(Customer customer) {
        UserStats stats = UserStats.of(customer.grants(), currency);
        return new Document("created_at", Columns.key(customer.user().createdAt()))
                .append("email", Columns.textKey(customer.user().email()))
                .append("last_sign_in_at", Columns.NEVER)
                .append("total_products", (long) stats.totalProducts())
                .append("total_value", stats.totalValue())
                .append("last_access_granted_at", Columns.key(stats.lastAccessGrantedAt()))
                .append(Search.KEY, Search.key(customer.user().email()));
    }

    @Override
    public List<Bson> indexes() {
        return Stream.of(
                        "created_at",
                        "email",
                        "last_sign_in_at",
                        "total_products",
                        "total_value",
                        "last_access_granted_at")
                .map(FoldProjection::index)
                .toList();
    }
}
