package io.tillstream.webhook.payload;

import static java.util.Objects.requireNonNull;

import io.tillstream.events.DomainEvent;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.access.AccessEvent.AccessExpired;
import io.tillstream.events.access.AccessEvent.AccessExpiryChanged;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessMadePermanent;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.envelope.Envelope;
import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.product.Product;
import io.tillstream.events.product.ProductEvent;
import io.tillstream.events.product.ProductEvent.ProductActivated;
import io.tillstream.events.product.ProductEvent.ProductCreated;
import io.tillstream.events.product.ProductEvent.ProductDeactivated;
import io.tillstream.events.product.ProductEvent.ProductDeleted;
import io.tillstream.events.product.ProductEvent.ProductDetailsChanged;
import io.tillstream.events.product.ProductEvent.ProductPriceChanged;
import io.tillstream.events.user.User;
import io.tillstream.events.webhook.WebhookEventName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * From stored events to public ones. Each concept's events are gone through one by one, so that a new one is published or
 * withheld on purpose. Categories, tags, accounts, keys, admins and webhooks are the shop's own business.
 */
public final class PublicEvents {
    /** Fields that events name otherwise than requests to the API do. */
    private static final Map<String, String> AS_THE_API_HAS_IT =
            Map.of("category_ids", "categories", "tag_ids", "tags", "bundle_item_ids", "bundleItemIds");

    private PublicEvents() {}

    /** Whether receivers may be told of events of this kind at all. */
    public static boolean concerns(DomainEvent event) {
        return event instanceof ProductEvent || event instanceof AccessEvent;
    }

    /** What receivers are told of an event; nothing where it is withheld. */
    public static Optional<Told> of(Envelope envelope, Facts facts) {
        return Optional.ofNullable(
                switch (envelope.event()) {
                    case ProductEvent event -> product(event, envelope.position(), facts);
                    case AccessEvent event -> access(event, envelope.position(), facts);
                    default -> null; // DomainEvent isn't sealed; CatalogueTest goes through all concepts
                });
    }

    private static Told product(ProductEvent event, long position, Facts facts) {
        WebhookEventName name = switch (event) {
            case ProductCreated _ -> WebhookEventName.PRODUCT_CREATED;
            case ProductPriceChanged _, ProductActivated _, ProductDeactivated _, ProductDetailsChanged _ ->
                WebhookEventName.PRODUCT_UPDATED;
            case ProductDeleted _ -> WebhookEventName.PRODUCT_DELETED;
        };
        Product after = requireNonNull(facts.at(Product.CONCEPT, event.productId(), position), "no such product");
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.set(
                "product",
                block(after).put("type", after.details().productType()).put("isActive", after.isActive()));
        if (name == WebhookEventName.PRODUCT_UPDATED) {
            Product before =
                    requireNonNull(facts.at(Product.CONCEPT, event.productId(), position - 1), "no such product");
            data.set("changes", changes(before, after));
        }
        return new Told(name, event.at(), data, List.of(event.productId()), null);
    }

    private static @Nullable Told access(AccessEvent event, long position, Facts facts) {
        Access after = facts.access(event, position);
        return switch (event) {
            case AccessGranted e ->
                told(WebhookEventName.ACCESS_GRANTED, e, after, position, facts, described(after, facts));
            case AccessExtended e -> extended(e, after, position, facts);
            case AccessExpiryChanged e -> extended(e, after, position, facts);
            case AccessMadePermanent e -> extended(e, after, position, facts);
            case AccessRevoked e ->
                told(
                        WebhookEventName.ACCESS_REVOKED,
                        e,
                        after,
                        position,
                        facts,
                        described(after, facts).put("revokedAt", time(e.at())));
            case AccessExpired e ->
                told(
                        WebhookEventName.ACCESS_EXPIRED,
                        e,
                        after,
                        position,
                        facts,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("grantedAt", time(after.grantedAt()))
                                .put("expiredAt", time(e.expiresAt())));
        };
    }

    // An end that comes earlier than it would have is told when it comes.
    private static @Nullable Told extended(AccessEvent event, Access after, long position, Facts facts) {
        Access before = facts.access(event, position - 1);
        Instant was = before.expiresAt();
        Instant is = after.expiresAt();
        if (was == null || (is != null && !is.isAfter(was))) return null;
        return told(
                WebhookEventName.ACCESS_EXTENDED,
                event,
                after,
                position,
                facts,
                described(after, facts).put("previousExpiresAt", time(was)));
    }

    private static Told told(
            WebhookEventName name, AccessEvent event, Access access, long position, Facts facts, ObjectNode described) {
        User user = facts.at(User.CONCEPT, access.userId(), position);
        Product product = facts.at(Product.CONCEPT, access.productId(), position);
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.putObject("customer")
                .put("email", user == null ? null : user.email())
                .put("userId", access.userId().toString());
        data.set("product", product == null ? unknown(access) : block(product));
        data.set("access", described);
        return new Told(name, event.at(), data, List.of(access.productId()), access.userId());
    }

    private static ObjectNode unknown(Access access) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", access.productId().toString());
    }

    private static ObjectNode described(Access access, Facts facts) {
        ObjectNode described = JsonNodeFactory.instance.objectNode();
        described.put("id", access.id().toString());
        described.put("grantedAt", time(access.grantedAt()));
        described.put("expiresAt", access.expiresAt() == null ? null : time(access.expiresAt()));
        described.put("source", facts.maker(access.id()).startsWith("admin:") ? "admin" : "api");
        return described;
    }

    private static ObjectNode block(Product product) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", product.id().toString())
                .put("name", product.details().name())
                .put("slug", product.details().slug())
                .put("price", product.price().price())
                .put("currency", product.price().currency())
                .put("icon", product.details().icon());
    }

    private static ObjectNode changes(Product before, Product after) {
        ObjectNode changes = JsonNodeFactory.instance.objectNode();
        differences(EventJson.STORED.valueToTree(before.price()), EventJson.STORED.valueToTree(after.price()), changes);
        differences(
                EventJson.STORED.valueToTree(before.details()), EventJson.STORED.valueToTree(after.details()), changes);
        if (before.isActive() != after.isActive())
            changes.putObject("is_active").put("before", before.isActive()).put("after", after.isActive());
        return changes;
    }

    private static void differences(JsonNode before, JsonNode after, ObjectNode changes) {
        after.properties().forEach(member -> {
            JsonNode was = before.path(member.getKey());
            if (was.equals(member.getValue())) return;
            ObjectNode change = changes.putObject(AS_THE_API_HAS_IT.getOrDefault(member.getKey(), member.getKey()));
            change.set("before", was);
            change.set("after", member.getValue());
        });
    }

    private static String time(Instant instant) {
        return EventJson.TIMESTAMP.format(instant);
    }
}
