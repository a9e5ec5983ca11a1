package io.tillstream.command.product;

import static io.tillstream.command.product.ProductRefusal.INVALID;
import static io.tillstream.command.product.ProductRefusal.UNKNOWN;

import io.tillstream.command.product.ProductCommand.CreateProduct;
import io.tillstream.command.product.ProductCommand.UpdateProduct;
import io.tillstream.events.product.Product;
import io.tillstream.events.product.ProductDetails;
import io.tillstream.events.product.ProductEvent;
import io.tillstream.events.product.ProductEvent.ProductActivated;
import io.tillstream.events.product.ProductEvent.ProductCreated;
import io.tillstream.events.product.ProductEvent.ProductDeactivated;
import io.tillstream.events.product.ProductEvent.ProductDeleted;
import io.tillstream.events.product.ProductEvent.ProductDetailsChanged;
import io.tillstream.events.product.ProductEvent.ProductPriceChanged;
import io.tillstream.http.error.Refused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What may happen to a product. contract: products.md, "Business rules". */
final class ProductRules {
    static final String SUBSCRIPTION = "subscription";
    private static final Set<String> RECURRING =
            Set.of("recurring_price", "billing_interval", "billing_interval_count", "trial_days");

    /**
     * What a decision knows of others.
     *
     * @param bundled the products that the draft bundles and that exist, by id
     * @param categories those of the draft's categories that exist
     * @param tags those of the draft's tags that exist
     * @param referredToAs what this product is to others: names of references
     */
    record Surroundings(Map<UUID, Product> bundled, Set<UUID> categories, Set<UUID> tags, Set<String> referredToAs) {}

    private ProductRules() {}

    static List<ProductEvent> create(CreateProduct command, Surroundings around, Instant now) {
        ProductDraft draft = settled(command.patch().onto(ProductDraft.BLANK), command.patch(), around);
        refuseUnsound(draft, command.patch(), around);
        return List.of(new ProductCreated(command.productId(), now, draft.isActive(), draft.price(), draft.details()));
    }

    static List<ProductEvent> update(
            @Nullable Product product, UpdateProduct command, Surroundings around, Instant now) {
        if (product == null) throw new Refused(UNKNOWN);
        ProductDraft before = ProductDraft.of(product);
        ProductDraft draft = settled(command.patch().onto(before), command.patch(), around);
        refuseUnsound(draft, command.patch(), around);
        refuseRetyping(before, draft, around);
        return difference(product.id(), before, draft, now);
    }

    static List<ProductEvent> delete(@Nullable Product product, Instant now) {
        if (product == null) throw new Refused(UNKNOWN);
        return List.of(new ProductDeleted(product.id(), now));
    }

    /** Categories and tags of a request that don't exist; they are left out, and the answer warns of them. */
    static List<String> warnings(ProductPatch patch, Product product) {
        List<String> warnings = new ArrayList<>();
        warn(
                warnings,
                "categories",
                patch.sets("categories") ? patch.ids("categories") : List.of(),
                product.details().categoryIds());
        warn(
                warnings,
                "tags",
                patch.sets("tags") ? patch.ids("tags") : List.of(),
                product.details().tagIds());
        return warnings;
    }

    private static void warn(List<String> warnings, String what, List<UUID> sent, List<UUID> kept) {
        List<UUID> unknown = sent.stream().filter(id -> !kept.contains(id)).toList();
        if (!unknown.isEmpty()) warnings.add("Unknown " + what + " were left out: " + unknown);
    }

    private static List<ProductEvent> difference(UUID id, ProductDraft before, ProductDraft after, Instant now) {
        List<ProductEvent> events = new ArrayList<>();
        if (!after.details().equals(before.details())) events.add(new ProductDetailsChanged(id, now, after.details()));
        if (!after.price().equals(before.price())) events.add(new ProductPriceChanged(id, now, after.price()));
        if (after.isActive() && !before.isActive()) events.add(new ProductActivated(id, now));
        if (!after.isActive() && before.isActive()) events.add(new ProductDeactivated(id, now));
        return events;
    }

    /** Drops what can't be meant: unknown labels, and recurring fields of a product that is sold once. */
    private static ProductDraft settled(ProductDraft draft, ProductPatch patch, Surroundings around) {
        ProductDetails details = draft.details();
        Map<String, @Nullable Object> settled = new LinkedHashMap<>();
        if (patch.sets("categories")) settled.put("categories", known(details.categoryIds(), around.categories()));
        if (patch.sets("tags")) settled.put("tags", known(details.tagIds(), around.tags()));
        if (details.productType().equals(SUBSCRIPTION)) {
            if (details.billingIntervalCount() == null) settled.put("billing_interval_count", 1);
        } else if (recurs(details)) {
            RECURRING.forEach(field -> settled.put(field, null));
        }
        if (Objects.equals(draft.price().salePrice(), 0L)) settled.put("sale_price", null);
        if (Objects.equals(draft.price().saleQuantityLimit(), 0)) settled.put("sale_quantity_limit", null);
        if (!details.isBundle() && patch.sets("bundleItemIds")) settled.put("bundleItemIds", List.of());
        return settled.isEmpty() ? draft : draft.with(settled);
    }

    /** Whether it has any of {@link #RECURRING}. */
    private static boolean recurs(ProductDetails details) {
        return details.recurringPrice() != null
                || details.billingInterval() != null
                || details.billingIntervalCount() != null
                || details.trialDays() != null;
    }

    private static List<UUID> known(List<UUID> ids, Set<UUID> existing) {
        return ids.stream().filter(existing::contains).distinct().toList();
    }

    private static void refuseUnsound(ProductDraft draft, ProductPatch patch, Surroundings around) {
        Wrong wrong = new Wrong();
        ProductDetails details = draft.details();
        if (patch.sets("price_includes_vat")
                && patch.sets("price")
                && draft.price().priceIncludesVat()
                && draft.price().price() <= 0
                && !details.allowCustomPrice()) wrong.add("price_includes_vat", "needs a price above zero");
        if (details.checkoutTemplate().equals("tip-jar") && !details.allowCustomPrice())
            wrong.add("checkout_template", "tip-jar needs allow_custom_price");
        Instant from = details.availableFrom();
        Instant until = details.availableUntil();
        if (from != null && until != null && !from.isBefore(until))
            wrong.add("available_until", "must be after available_from");
        if (details.productType().equals(SUBSCRIPTION)) subscription(details, wrong);
        if (details.isBundle()) bundle(draft, around, wrong);
        wrong.raise();
    }

    private static void subscription(ProductDetails details, Wrong wrong) {
        if (details.recurringPrice() == null || details.recurringPrice() <= 0)
            wrong.add("recurring_price", "must be above zero for a subscription");
        if (details.billingInterval() == null) wrong.add("billing_interval", "is required for a subscription");
    }

    private static void bundle(ProductDraft draft, Surroundings around, Wrong wrong) {
        List<UUID> items = draft.details().bundleItemIds();
        if (draft.isActive() && items.isEmpty())
            wrong.add("bundleItemIds", "must have at least one product while the bundle is active");
        if (new HashSet<>(items).size() < items.size()) wrong.add("bundleItemIds", "must not name a product twice");
        for (UUID item : items) {
            Product bundled = around.bundled().get(item);
            if (bundled == null) wrong.add("bundleItemIds", "names a product that doesn't exist: " + item);
            else if (bundled.details().isBundle()) wrong.add("bundleItemIds", "names a bundle: " + item);
            else if (bundled.details().productType().equals(SUBSCRIPTION))
                wrong.add("bundleItemIds", "names a subscription: " + item);
        }
        if (around.referredToAs().contains(Product.BUNDLE))
            wrong.add("is_bundle", "can't be set on a product that is in a bundle itself");
    }

    private static void refuseRetyping(ProductDraft before, ProductDraft after, Surroundings around) {
        Wrong wrong = new Wrong();
        if (!after.details().productType().equals(before.details().productType())
                && !around.referredToAs().isEmpty())
            wrong.add("product_type", "can't change any more: others refer to this product");
        wrong.raise();
    }

    /** What is wrong, keyed by field. */
    private static final class Wrong {
        private final Map<String, List<String>> byField = new LinkedHashMap<>();

        void add(String field, String what) {
            byField.computeIfAbsent(field, key -> new ArrayList<>()).add(field + " " + what);
        }

        void raise() {
            if (!byField.isEmpty()) throw new Refused(INVALID, byField);
        }
    }
}
