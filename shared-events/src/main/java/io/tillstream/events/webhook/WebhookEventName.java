package io.tillstream.events.webhook;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a webhook can be told of, by its name on the wire, with the older name that means the same. */
public enum WebhookEventName {
    PURCHASE_COMPLETED("purchase.completed", "payment.completed"),
    LEAD_CAPTURED("lead.captured"),
    WAITLIST_SIGNUP("waitlist.signup"),
    ACCESS_GRANTED("access.granted", "user.access_granted"),
    ACCESS_EXTENDED("access.extended"),
    ACCESS_REVOKED("access.revoked", "user.access_revoked"),
    ACCESS_EXPIRED("access.expired"),
    PRODUCT_CREATED("product.created"),
    PRODUCT_UPDATED("product.updated"),
    PRODUCT_DELETED("product.deleted"),
    SUBSCRIPTION_CREATED("subscription.created"),
    SUBSCRIPTION_UPDATED("subscription.updated"),
    SUBSCRIPTION_CANCELED("subscription.canceled"),
    SUBSCRIPTION_TRIAL_ENDING("subscription.trial_ending"),
    SUBSCRIPTION_RENEWAL_UPCOMING("subscription.renewal_upcoming"),
    INVOICE_PAID("invoice.paid"),
    INVOICE_PAYMENT_FAILED("invoice.payment_failed", "payment.failed"),
    REFUND_ISSUED("refund.issued", "payment.refunded"),
    LICENSE_REVOKED("license.revoked");

    /** Subscribes to everything. */
    public static final String EVERYTHING = "*";

    private static final String ANY = ".*";

    private final String wire;
    private final @Nullable String alias;

    WebhookEventName(String wire) {
        this(wire, null);
    }

    WebhookEventName(String wire, @Nullable String alias) {
        this.wire = wire;
        this.alias = alias;
    }

    public String wire() {
        return wire;
    }

    /** An older name that is accepted in subscriptions and filters; null for none. */
    public @Nullable String alias() {
        return alias;
    }

    /** The event of that name or alias. */
    public static Optional<WebhookEventName> of(String name) {
        return Arrays.stream(values())
                .filter(event -> event.wire.equals(name) || name.equals(event.alias))
                .findFirst();
    }

    /** Whether a subscription may say this: a name, an alias, {@code subscription.*} or {@code *}. */
    public static boolean subscribable(String subscription) {
        return Arrays.stream(values()).anyMatch(event -> event.meantBy(subscription));
    }

    /** Whether a subscription that says this is told of it. */
    public boolean meantBy(String subscription) {
        if (subscription.equals(EVERYTHING)) return true;
        return Stream.of(wire, alias == null ? wire : alias)
                .anyMatch(name -> name.equals(subscription)
                        || (subscription.endsWith(ANY)
                                && subscription.indexOf('.') == subscription.length() - 2
                                && name.startsWith(subscription.substring(0, subscription.length() - 1))));
    }
}
