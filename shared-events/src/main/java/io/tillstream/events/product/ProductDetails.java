package io.tillstream.events.product;

import io.tillstream.events.Hidden;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All of a product but its price and whether it is on sale. Money is minor units of the product's currency, durations say
 * their unit.
 */
public record ProductDetails(
        String name,
        String slug,
        @Nullable String description,
        @Nullable String longDescription,
        @Nullable String icon,
        @Nullable String imageUrl,
        @Nullable String thumbnailUrl,
        @Nullable String previewVideoUrl,
        Map<String, Boolean> previewVideoConfig,
        @Nullable List<Feature> features,
        String layoutTemplate,
        String checkoutTemplate,
        List<Map<String, @Nullable Object>> customCheckoutFields,
        boolean isFeatured,
        boolean isListed,
        boolean isBundle,
        @Nullable Instant availableFrom,
        @Nullable Instant availableUntil,
        @Nullable Integer autoGrantDurationDays,
        String contentDeliveryType,
        Map<String, @Nullable Object> contentConfig,
        boolean isRefundable,
        @Nullable Integer refundPeriodDays,
        boolean enableWaitlist,
        boolean allowCustomPrice,
        @Nullable Long customPriceMin,
        boolean showPricePresets,
        @Nullable List<Long> customPricePresets,
        boolean omnibusExempt,
        @Nullable String successRedirectUrl,
        boolean passParamsToRedirect,
        String productType,
        @Nullable String billingInterval,
        @Nullable Integer billingIntervalCount,
        @Nullable Long recurringPrice,
        @Nullable Integer trialDays,
        boolean embedEnabled,
        boolean issueLicenseOnPurchase,
        @Nullable String licenseTier,
        @Nullable Integer licenseDurationDays,
        @Hidden List<UUID> categoryIds,
        @Hidden List<UUID> tagIds,
        @Hidden List<UUID> bundleItemIds) {

    /** One section of the feature list. */
    public record Feature(String title, List<String> items) {}
}
