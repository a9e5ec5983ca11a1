package io.tillstream.query.product;

import io.tillstream.events.product.ProductDetails;
import io.tillstream.events.product.ProductEvent.ProductCreated;
import io.tillstream.events.product.ProductEvent.ProductDetailsChanged;
import io.tillstream.events.product.ProductPrice;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A valid product, of which a test says what matters. */
public record AProduct(
        UUID id,
        Instant at,
        String name,
        String slug,
        @Nullable String description,
        long price,
        String currency,
        boolean active,
        List<UUID> categories,
        List<UUID> tags,
        Map<String, @Nullable Object> contentConfig) {
    public static AProduct aProduct() {
        UUID id = UUID.randomUUID();
        return new AProduct(
                id,
                Instant.parse("2026-04-01T10:00:00Z"),
                "Course",
                "course-" + id,
                "A course",
                2900,
                "USD",
                true,
                List.of(),
                List.of(),
                Map.of());
    }

    public AProduct at(Instant instant) {
        return new AProduct(
                id, instant, name, slug, description, price, currency, active, categories, tags, contentConfig);
    }

    public AProduct named(String newName) {
        return new AProduct(
                id, at, newName, slug, description, price, currency, active, categories, tags, contentConfig);
    }

    public AProduct describedAs(@Nullable String text) {
        return new AProduct(id, at, name, slug, text, price, currency, active, categories, tags, contentConfig);
    }

    public AProduct priced(long minorUnits, String in) {
        return new AProduct(id, at, name, slug, description, minorUnits, in, active, categories, tags, contentConfig);
    }

    public AProduct inactive() {
        return new AProduct(id, at, name, slug, description, price, currency, false, categories, tags, contentConfig);
    }

    public AProduct in(UUID... ids) {
        return new AProduct(
                id, at, name, slug, description, price, currency, active, List.of(ids), tags, contentConfig);
    }

    public AProduct tagged(UUID... ids) {
        return new AProduct(
                id, at, name, slug, description, price, currency, active, categories, List.of(ids), contentConfig);
    }

    public AProduct with(Map<String, @Nullable Object> config) {
        return new AProduct(id, at, name, slug, description, price, currency, active, categories, tags, config);
    }

    public ProductCreated created() {
        return new ProductCreated(
                id,
                at,
                active,
                new ProductPrice(price, currency, null, null, null, null, true, false, null),
                details());
    }

    public ProductDetailsChanged changed() {
        return new ProductDetailsChanged(id, at, details());
    }

    private ProductDetails details() {
        return new ProductDetails(
                name,
                slug,
                description,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                List.of(),
                "default",
                "default",
                List.of(),
                false,
                true,
                false,
                null,
                null,
                null,
                "content",
                contentConfig,
                false,
                null,
                false,
                false,
                500L,
                true,
                List.of(500L),
                false,
                null,
                false,
                "one_time",
                null,
                null,
                null,
                null,
                false,
                false,
                null,
                null,
                categories,
                tags,
                List.of());
    }
}
