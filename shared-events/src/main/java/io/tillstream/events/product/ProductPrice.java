package io.tillstream.events.product;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a product costs. A change of any of it is a price change.
 *
 * @param price minor units of {@code currency}
 * @param currency ISO 4217, upper case
 * @param salePrice minor units, null when there is no sale
 * @param vatRate percent
 */
public record ProductPrice(
        long price,
        String currency,
        @Nullable Long salePrice,
        @Nullable Instant salePriceUntil,
        @Nullable Integer saleQuantityLimit,
        @Nullable BigDecimal vatRate,
        boolean priceIncludesVat,
        boolean vatExempt,
        @Nullable String vatExemptNote) {}
