package io.tillstream.events.envelope;

import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.access.AccessEvent.AccessExpired;
import io.tillstream.events.access.AccessEvent.AccessExpiryChanged;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessMadePermanent;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.admin.AdminEvent.AdminAdded;
import io.tillstream.events.admin.AdminEvent.AdminPasswordChanged;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyDisabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyEnabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRateLimitChanged;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRenamed;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRevoked;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRotated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyScopesChanged;
import io.tillstream.events.category.CategoryEvent.CategoryChanged;
import io.tillstream.events.category.CategoryEvent.CategoryCreated;
import io.tillstream.events.category.CategoryEvent.CategoryDeleted;
import io.tillstream.events.product.ProductDetails;
import io.tillstream.events.product.ProductEvent.ProductActivated;
import io.tillstream.events.product.ProductEvent.ProductCreated;
import io.tillstream.events.product.ProductEvent.ProductDeactivated;
import io.tillstream.events.product.ProductEvent.ProductDeleted;
import io.tillstream.events.product.ProductEvent.ProductDetailsChanged;
import io.tillstream.events.product.ProductEvent.ProductPriceChanged;
import io.tillstream.events.product.ProductPrice;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.tag.TagEvent.TagDeleted;
import io.tillstream.events.user.UserEvent.UserErased;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.events.webhook.WebhookDetails;
import io.tillstream.events.webhook.WebhookEvent.SecretName;
import io.tillstream.events.webhook.WebhookEvent.WebhookCreated;
import io.tillstream.events.webhook.WebhookEvent.WebhookDeleted;
import io.tillstream.events.webhook.WebhookEvent.WebhookDetailsChanged;
import io.tillstream.events.webhook.WebhookEvent.WebhookDisabled;
import io.tillstream.events.webhook.WebhookEvent.WebhookEnabled;
import io.tillstream.events.webhook.WebhookEvent.WebhookHeadersChanged;
import io.tillstream.events.webhook.WebhookEvent.WebhookSecretRotated;
import io.tillstream.events.webhook.WebhookEvent.WebhookSuspended;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One of every event, with a value in every component. */
final class Samples {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00.120Z");
    private static final Instant LATER = Instant.parse("2026-03-31T10:00:00.120Z");

    static final List<DomainEvent> ALL = List.of(
            new ProductCreated(id(1), AT, true, price(), details()),
            new ProductPriceChanged(id(1), AT, price()),
            new ProductActivated(id(1), AT),
            new ProductDeactivated(id(1), AT),
            new ProductDetailsChanged(id(1), AT, details()),
            new ProductDeleted(id(1), AT),
            new CategoryCreated(id(2), AT, "Courses", "courses", "Learn at your own pace"),
            new CategoryChanged(id(2), AT, "All courses", "courses", null),
            new CategoryDeleted(id(2), AT),
            new TagCreated(id(3), AT, "New", "New"),
            new TagChanged(id(3), AT, "Newest", "newest"),
            new TagDeleted(id(3), AT),
            new UserRegistered(id(4), AT, "Ada@example.com", "Ada Lovelace"),
            new UserErased(id(4), AT, "Asked for it in a letter of 1 March"),
            new AccessGranted(id(5), AT, id(4), id(1), LATER, 30, 2900, "USD"),
            new AccessExtended(id(5), AT, id(4), 7, LATER),
            new AccessExpiryChanged(id(5), AT, id(4), LATER, 30),
            new AccessMadePermanent(id(5), AT, id(4)),
            new AccessRevoked(id(5), AT, id(4)),
            new AccessExpired(id(5), AT, id(4), LATER),
            new ApiKeyCreated(
                    id(6),
                    AT,
                    id(8),
                    "CI (rotated)",
                    "sf_live_a1b2",
                    "ab".repeat(32),
                    Mode.LIVE,
                    List.of("products:write", "users:read"),
                    120,
                    LATER,
                    id(7)),
            new ApiKeyRenamed(id(6), AT, "Nightly"),
            new ApiKeyScopesChanged(id(6), AT, List.of("products:read")),
            new ApiKeyRateLimitChanged(id(6), AT, 1000),
            new ApiKeyDisabled(id(6), AT),
            new ApiKeyEnabled(id(6), AT),
            new ApiKeyRevoked(id(6), AT, "Leaked"),
            new ApiKeyRotated(id(6), AT, id(9), LATER),
            new AdminAdded(id(8), AT, "admin@example.com", id(10)),
            new AdminPasswordChanged(id(8), AT, id(11)),
            new WebhookCreated(id(13), AT, true, webhook(), new SecretName(id(14), "Zk8=")),
            new WebhookDetailsChanged(id(13), AT, webhook()),
            new WebhookHeadersChanged(id(13), AT, id(15), List.of("X-Tenant")),
            new WebhookEnabled(id(13), AT),
            new WebhookDisabled(id(13), AT),
            new WebhookSuspended(id(13), AT, "It answered 410: it is gone"),
            new WebhookSecretRotated(id(13), AT, new SecretName(id(16), "b2U="), LATER),
            new WebhookDeleted(id(13), AT));

    private Samples() {}

    private static UUID id(int n) {
        return UUID.fromString("0199c0de-0000-7000-8000-%012d".formatted(n));
    }

    private static WebhookDetails webhook() {
        return new WebhookDetails(
                "https://example.com/hooks",
                List.of("access.*", "product.created"),
                "Mailing list",
                "selected",
                List.of(id(1)),
                Map.of("plan", "{{ product_name }}"),
                List.of("customer", "product"),
                null,
                null);
    }

    private static ProductPrice price() {
        return new ProductPrice(2900, "EUR", 1900L, LATER, 100, new BigDecimal("19.5"), true, true, "Kleinunternehmer");
    }

    private static ProductDetails details() {
        var config = new LinkedHashMap<String, Boolean>();
        config.put("autoplay", true);
        config.put("muted", false);
        var item = new LinkedHashMap<String, @Nullable Object>();
        item.put("id", "intro");
        item.put("type", "video_embed");
        item.put("order", 1);
        item.put("description", null);
        var field = new LinkedHashMap<String, @Nullable Object>();
        field.put("id", "company");
        field.put("type", "text");
        field.put("required", false);
        return new ProductDetails(
                "Course",
                "course",
                "In short",
                "At length",
                "📦",
                "https://example.com/image.png",
                "https://example.com/thumbnail.png",
                "https://vimeo.com/1",
                config,
                List.of(new ProductDetails.Feature("Inside", List.of("12 lessons", "Exercises"))),
                "default",
                "tip-jar",
                List.of(field),
                true,
                true,
                true,
                AT,
                LATER,
                365,
                "content",
                Map.of("content_items", List.of(item)),
                true,
                14,
                true,
                true,
                500L,
                true,
                List.of(500L, 1000L),
                true,
                "https://example.com/thanks",
                true,
                "subscription",
                "month",
                1,
                900L,
                7,
                true,
                true,
                "pro",
                365,
                List.of(id(2)),
                List.of(id(3)),
                List.of(id(12)));
    }
}
