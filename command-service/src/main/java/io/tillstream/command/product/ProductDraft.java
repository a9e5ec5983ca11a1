package io.tillstream.command.product;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.product.Product;
import io.tillstream.events.product.ProductDetails;
import io.tillstream.events.product.ProductPrice;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A product as it would be: what the rules judge before anything happens. */
record ProductDraft(boolean isActive, ProductPrice price, ProductDetails details) {
    /** What a new product has unless it is told otherwise; money in minor units. contract: decision 33. */
    private static final ObjectNode DEFAULTS = EventJson.object("""
            {"name": "", "slug": "", "description": "", "icon": "📦", "price": 0, "currency": "USD", "is_active": true,
             "is_listed": true, "preview_video_config": {}, "features": [], "layout_template": "default",
             "checkout_template": "default", "custom_checkout_fields": [], "content_delivery_type": "content",
             "content_config": {"content_items": []}, "custom_price_min": 500, "show_price_presets": true,
             "custom_price_presets": [500, 1000, 2500], "price_includes_vat": true, "product_type": "one_time",
             "category_ids": [], "tag_ids": [], "bundle_item_ids": []}
            """);

    /** Fields that requests name otherwise than events do. */
    private static final Map<String, String> STORED_AS =
            Map.of("categories", "category_ids", "tags", "tag_ids", "bundleItemIds", "bundle_item_ids");

    /** A new product's, of which a request says nothing. */
    static final ProductDraft BLANK = of(DEFAULTS);

    static ProductDraft of(Product product) {
        return new ProductDraft(product.isActive(), product.price(), product.details());
    }

    /** This draft with some fields set anew; keys and values as requests have them, checked and normalised. */
    ProductDraft with(ObjectNode sent) {
        ObjectNode flat = EventJson.STORED.createObjectNode();
        flat.setAll((ObjectNode) EventJson.STORED.valueToTree(details));
        flat.setAll((ObjectNode) EventJson.STORED.valueToTree(price));
        flat.put("is_active", isActive);
        sent.properties()
                .forEach(field -> flat.set(STORED_AS.getOrDefault(field.getKey(), field.getKey()), field.getValue()));
        return of(flat);
    }

    /** As above, with plain values. */
    ProductDraft with(Map<String, @Nullable Object> values) {
        return with((ObjectNode) EventJson.STORED.valueToTree(values));
    }

    private static ProductDraft of(ObjectNode flat) {
        return new ProductDraft(
                flat.get("is_active").booleanValue(),
                EventJson.STORED.treeToValue(flat, ProductPrice.class),
                EventJson.STORED.treeToValue(flat, ProductDetails.class));
    }
}
