package io.tillstream.command.product;

import io.tillstream.http.body.Body;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a product that can be written. contract: products.md, "Write fields". */
abstract class ProductBody extends Body {
    private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
    private static final Duration LATEST = Duration.ofDays(3653);
    private static final List<String> CURRENCIES = List.of(
            "USD", "EUR", "GBP", "CAD", "AUD", "JPY", "CHF", "CNY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON",
            "BGN", "HRK", "RUB", "TRY", "BRL", "MXN", "INR", "KRW", "SGD", "HKD", "NZD", "ZAR", "ILS", "THB", "MYR",
            "PHP", "IDR", "VND");

    static final class CreateProductRequest extends ProductBody {
        CreateProductRequest() {
            super(true);
        }
    }

    static final class UpdateProductRequest extends ProductBody {
        UpdateProductRequest() {
            super(false);
        }
    }

    private ProductBody(boolean creating) {
        describe(creating);
        price(creating);
        presentation(creating);
        availability();
        content();
        subscription();
        labels();
    }

    private void describe(boolean creating) {
        var name = text("name").trimmed().length(1, 200).doc("Shown to buyers").example("Watercolour brushes");
        var slug = text("slug")
                .trimmed()
                .lowerCased()
                .length(1, 80)
                .matches("[a-z0-9]+(-[a-z0-9]+)*", "may hold only a-z, 0-9 and single hyphens between them")
                .doc("Names the product in URLs; unique")
                .example("watercolour-brushes");
        if (creating) {
            name.required();
            slug.required();
        }
        text("description").trimmed().length(0, 1000).doc("Short text").example("Forty brushes for Procreate");
        text("long_description").length(0, 20_000).nullable().doc("Long text");
        bool("is_active").doc("On sale").example(true);
        bool("is_featured").doc("Shown first");
        bool("is_listed").doc("Shown in the storefront's list");
    }

    private void price(boolean creating) {
        var price = money("price").doc("In minor units of the currency").example(2900);
        if (creating) price.required();
        text("currency")
                .trimmed()
                .upperCased()
                .length(3, 3)
                .check((currency, now) ->
                        CURRENCIES.contains(currency) ? null : "must be a supported ISO 4217 currency")
                .doc("ISO 4217")
                .example("USD");
        money("sale_price").nullable().doc("In minor units; 0 and null end the sale");
        timestamp("sale_price_until").emptyIsNull().nullable().doc("When the sale ends");
        integer("sale_quantity_limit").atLeast(0).emptyIsNull().nullable().doc("How many are on sale");
        decimal("vat_rate", "0", "999.999").nullable().doc("Percent").example(23);
        bool("price_includes_vat").doc("Whether the price is gross");
        bool("vat_exempt").doc("Whether no VAT is due");
        text("vat_exempt_note").length(0, 500).nullable().doc("Why no VAT is due");
        bool("omnibus_exempt").doc("Whether the lowest earlier price need not be shown");
        bool("allow_custom_price").doc("Pay what you want");
        money("custom_price_min").doc("The least a buyer may pay, in minor units");
        bool("show_price_presets").doc("Whether presets are offered");
        monies("custom_price_presets").size(0, 20).doc("Offered amounts, in minor units");
        bool("is_refundable").doc("Whether buyers may ask for a refund");
        integer("refund_period_days").range(1, 365).nullable().doc("How long they may");
    }

    private void presentation(boolean creating) {
        text("icon")
                .length(creating ? 0 : 1, 8)
                .matches(
                        "[A-Za-z0-9_-]*|[\\p{IsEmoji}\\p{IsEmoji_Component}\\x{200D}\\x{FE0F}]+",
                        "must be an icon's name or an emoji")
                .doc("Emoji or icon name");
        text("image_url").length(0, 2048).nullable().doc("Large picture");
        text("thumbnail_url").length(0, 2048).nullable().doc("Small picture");
        text("preview_video_url")
                .length(0, 2048)
                .nullable()
                .check((url, now) -> url.isEmpty() || VideoUrls.recognised(url) ? null : VideoUrls.RULE)
                .doc("YouTube, Vimeo, Wistia, Bunny or Twitch");
        object("preview_video_config", config -> {
                    for (String flag : List.of("autoplay", "loop", "muted", "controls", "saved_position"))
                        config.bool(flag);
                    config.strict();
                })
                .nullIsAbsent()
                .doc("Flags of the player");
        var features = objects("features", section -> {
                    section.text("title").length(1, 200).required();
                    section.texts("items").each(item -> item.length(0, 500)).required();
                })
                .size(0, 20)
                .doc("Sections of the feature list");
        if (creating) features.nullable();
        text("layout_template").length(0, 40).doc("The page's layout");
        choice("checkout_template", "default", "tip-jar", "oto")
                .doc("The checkout's layout; tip-jar needs allow_custom_price");
        anys("custom_checkout_fields")
                .size(0, 10)
                .check((fields, now) -> CheckoutFields.wrong(fields))
                .doc("Fields of the buyer's form");
        text("success_redirect_url").length(0, 2048).nullable().doc("Where buyers go after a purchase");
        bool("pass_params_to_redirect").doc("Whether the order's parameters go with them");
        bool("embed_enabled").doc("Whether other sites may embed its checkout");
        bool("enable_waitlist").doc("Whether people may wait for it");
    }

    private void availability() {
        timestamp("available_from")
                .emptyIsNull()
                .nullable()
                .check(ProductBody::withinReason)
                .doc("On sale from");
        timestamp("available_until")
                .emptyIsNull()
                .nullable()
                .check(ProductBody::withinReason)
                .doc("On sale until");
        integer("auto_grant_duration_days")
                .range(1, 3650)
                .nullable()
                .doc("How long a purchase gives access; null for ever");
    }

    private static @Nullable String withinReason(Instant instant, Instant now) {
        return instant.isBefore(EARLIEST) || instant.isAfter(now.plus(LATEST))
                ? "must lie between 2020 and ten years from now"
                : null;
    }

    private void content() {
        choice("content_delivery_type", "content", "redirect").doc("What a buyer gets");
        any("content_config").doc("What is delivered: content_items of any shape");
        rule((values, errors, now) -> ContentItems.check(values.any("content_config"), errors));
        bool("issue_license_on_purchase").doc("Whether a purchase issues a licence");
        text("license_tier").length(0, 80).nullable().doc("Of the licence");
        integer("license_duration_days").atLeast(1).nullable().doc("Of the licence; null for ever");
    }

    private void subscription() {
        choice("product_type", "one_time", "subscription").doc("Sold once, or again and again");
        money("recurring_price").nullable().doc("In minor units, for each interval");
        choice("billing_interval", "day", "week", "month", "year").nullable().doc("Of a subscription");
        integer("billing_interval_count").atLeast(1).nullable().doc("How many intervals a period has");
        integer("trial_days").range(0, 730).nullable().doc("Free days at the start");
    }

    private void labels() {
        bool("is_bundle").doc("Whether it is made of other products");
        uuids("bundleItemIds").size(0, 100).doc("The products of a bundle, in order");
        uuids("categories")
                .size(0, 50)
                .distinct()
                .doc("Replaces the categories; unknown ones are left out with a warning");
        uuids("tags").size(0, 50).distinct().doc("Replaces the tags; unknown ones are left out with a warning");
    }
}
