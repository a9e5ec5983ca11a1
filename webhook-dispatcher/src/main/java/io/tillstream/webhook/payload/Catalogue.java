package io.tillstream.webhook.payload;

import static io.tillstream.webhook.payload.Shape.shape;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.webhook.WebhookEventName;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Every public event, described once: for the API, its OpenAPI document, test sends and tests. contract: webhook-delivery §7 */
public final class Catalogue {
    /**
     * A public event.
     *
     * @param fires whether something makes it happen yet
     * @param data what is under {@code data}
     */
    public record Entry(WebhookEventName name, String description, boolean fires, ObjectNode data, ObjectNode sample) {
        /** The JSON Schema (2020-12) of a whole body, but for an endpoint's own extra fields and selection. */
        public ObjectNode schema() {
            ObjectNode schema = JsonNodeFactory.instance.objectNode();
            schema.put("type", "object").put("description", description);
            ObjectNode properties = schema.putObject("properties");
            properties.putObject("event").put("type", "string").put("const", name.wire());
            properties
                    .putObject("timestamp")
                    .put("type", "string")
                    .put("format", "date-time")
                    .put("description", "When it happened");
            properties.set("data", data.deepCopy());
            schema.putArray("required").add("event").add("timestamp").add("data");
            return schema;
        }

        /** A whole body. */
        public ObjectNode example() {
            return body(name.wire(), Instant.parse(AT), sample.deepCopy());
        }
    }

    private static final String AT = "2026-03-06T09:29:43.378Z";
    private static final String UNTIL = "2026-04-05T09:29:43.378Z";
    private static final String PRODUCT_ID = "0199c0de-7a11-7000-8000-000000000002";
    private static final String USER_ID = "0199c0de-7a11-7000-8000-000000000003";
    private static final String ACCESS_ID = "0199c0de-7a11-7000-8000-000000000004";
    private static final String ADMIN_ID = "0199c0de-7a11-7000-8000-000000000005";
    private static final String REFUND_REQUEST_ID = "0199c0de-7a11-7000-8000-000000000006";

    private static final List<Entry> ALL =
            Arrays.stream(WebhookEventName.values()).map(Catalogue::described).toList();

    private Catalogue() {}

    public static List<Entry> all() {
        return ALL;
    }

    public static Entry of(WebhookEventName name) {
        return ALL.stream().filter(entry -> entry.name() == name).findFirst().orElseThrow();
    }

    /** A body before an endpoint's own wishes: what happened, when, and the data. */
    public static ObjectNode body(String event, Instant at, ObjectNode data) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("event", event);
        body.put("timestamp", EventJson.TIMESTAMP.format(at));
        body.set("data", data);
        return body;
    }

    private static Entry described(WebhookEventName name) {
        return switch (name) {
            case PURCHASE_COMPLETED -> entry(name, "A one-time purchase was paid", false, purchase());
            case LEAD_CAPTURED ->
                entry(
                        name,
                        "Somebody got a free product",
                        false,
                        shape().object("customer", "Who", customer())
                                .object("product", "What", product())
                                .object("license", "Where the product comes with one", issued())
                                .optional());
            case WAITLIST_SIGNUP ->
                entry(
                        name,
                        "Somebody wants to be told when a product can be bought",
                        false,
                        shape().object("customer", "Who", email()).object("product", "For what", product()));
            case ACCESS_GRANTED -> entry(name, "A customer may use a product from now on", true, access(shape()));
            case ACCESS_EXTENDED ->
                entry(
                        name,
                        "A customer's access lasts longer than it would have",
                        true,
                        access(shape().time("previousExpiresAt", "When it would have ended", AT)));
            case ACCESS_REVOKED ->
                entry(
                        name,
                        "A customer's access was taken away",
                        true,
                        access(shape().time("revokedAt", "Since when", AT)));
            case ACCESS_EXPIRED ->
                entry(
                        name,
                        "A customer's access ran out; once for each end it had",
                        true,
                        shape().object("customer", "Whose", customer())
                                .object("product", "To what", product())
                                .object(
                                        "access",
                                        "Which",
                                        shape().time("grantedAt", "Since when", AT)
                                                .time("expiredAt", "Its end", UNTIL)));
            case PRODUCT_CREATED -> entry(name, "A product was added to the shop", true, changedProduct(null));
            case PRODUCT_UPDATED -> entry(name, "Something of a product is different", true, changedProduct(changes()));
            case PRODUCT_DELETED -> entry(name, "A product is gone", true, changedProduct(null));
            case SUBSCRIPTION_CREATED ->
                entry(
                        name,
                        "A subscription began",
                        false,
                        subscription(shape().text("stripeCustomerId", "Stripe's", "cus_1")
                                .text("status", "Stripe's word", "active")
                                .nullableText("billingInterval", "day, week, month or year", "month")
                                .nullableNumber("billingIntervalCount", "How many of them", 1L)
                                .number("recurringPrice", "Minor units", 900)
                                .nullableTime("trialEnd", "End of the trial", null)
                                .nullableTime("currentPeriodStart", "Start of what is paid", AT)
                                .nullableTime("currentPeriodEnd", "End of what is paid", UNTIL)
                                .bool("cancelAtPeriodEnd", "Whether it ends then", false)));
            case SUBSCRIPTION_UPDATED ->
                entry(
                        name,
                        "Something of a subscription is different",
                        false,
                        subscription(shape().text("status", "Stripe's word", "active")
                                .bool("cancelAtPeriodEnd", "Whether it ends with the period", true)
                                .nullableTime("currentPeriodEnd", "End of what is paid", UNTIL)
                                .mapOf(
                                        "previousAttributes",
                                        "As Stripe tells them",
                                        JsonNodeFactory.instance.objectNode(),
                                        JsonNodeFactory.instance.objectNode())));
            case SUBSCRIPTION_CANCELED ->
                entry(
                        name,
                        "A subscription was ended",
                        false,
                        subscription(shape().text("status", "Stripe's word", "canceled")
                                .nullableTime("canceledAt", "When it was ended", AT)
                                .bool("cancelAtPeriodEnd", "Whether it goes on until the period's end", false)
                                .nullableTime("endsAt", "When it stops", AT)));
            case SUBSCRIPTION_TRIAL_ENDING ->
                entry(
                        name,
                        "A trial is about to end",
                        false,
                        subscription(shape().nullableTime("trialEnd", "When it ends", UNTIL)));
            case SUBSCRIPTION_RENEWAL_UPCOMING ->
                entry(
                        name,
                        "A subscription is about to be renewed",
                        false,
                        subscription(shape().text("status", "Stripe's word", "active")
                                        .bool("cancelAtPeriodEnd", "Whether it ends with the period", false)
                                        .nullableTime("currentPeriodEnd", "End of what is paid", UNTIL))
                                .object(
                                        "invoice",
                                        "What will be asked for",
                                        shape().nullableText("stripeInvoiceId", "Stripe's", null)
                                                .number("amountDue", "Minor units", 900)
                                                .text("currency", "ISO 4217, upper case", "EUR")
                                                .nullableTime("nextPaymentAttempt", "When", UNTIL)
                                                .nullableText("billingReason", "Stripe's word", "upcoming")));
            case INVOICE_PAID ->
                entry(
                        name,
                        "An invoice of a subscription was paid",
                        false,
                        subscription(shape())
                                .object(
                                        "invoice",
                                        "Which",
                                        shape().text("stripeInvoiceId", "Stripe's", "in_1")
                                                .number("amountPaid", "Minor units", 900)
                                                .text("currency", "ISO 4217, upper case", "EUR")
                                                .nullableText("hostedInvoiceUrl", "Where it is shown", null)
                                                .nullableText("invoicePdfUrl", "As a document", null)
                                                .nullableTime("paidAt", "When", AT)
                                                .nullableText("billingReason", "Stripe's word", "subscription_cycle")
                                                .perhaps(invoiceTax())
                                                .perhaps(buyer())));
            case INVOICE_PAYMENT_FAILED ->
                entry(
                        name,
                        "An invoice of a subscription could not be paid",
                        false,
                        subscription(shape().text("status", "Stripe's word", "past_due"))
                                .object(
                                        "invoice",
                                        "Which",
                                        shape().text("stripeInvoiceId", "Stripe's", "in_1")
                                                .number("amountDue", "Minor units", 900)
                                                .text("currency", "ISO 4217, upper case", "EUR")
                                                .number("attemptCount", "How often it was tried", 1)
                                                .nullableTime("nextPaymentAttempt", "When it is tried again", UNTIL)
                                                .nullableText("hostedInvoiceUrl", "Where it can be paid", null)));
            case REFUND_ISSUED -> entry(name, "Money was given back; once for each time", false, refund());
            case LICENSE_REVOKED -> entry(name, "A licence is valid no more", false, license());
        };
    }

    private static Entry entry(WebhookEventName name, String description, boolean fires, Shape data) {
        return new Entry(name, description, fires, data.schema(), data.sample());
    }

    private static Shape customer() {
        return email().id("userId", "The account", USER_ID);
    }

    private static Shape email() {
        return shape().nullableText("email", "Address; null once the person was erased", "ada@example.com");
    }

    private static Shape product() {
        return shape().id("id", "The product", PRODUCT_ID)
                .text("name", "Its name", "Watercolour brushes")
                .text("slug", "Its name in URLs", "watercolour-brushes")
                .number("price", "Minor units", 2900)
                .text("currency", "ISO 4217", "USD")
                .nullableText("icon", "An emoji", "🖌️");
    }

    private static Shape access(Shape more) {
        return shape().object("customer", "Whose", customer())
                .object("product", "To what", product())
                .object(
                        "access",
                        "Which",
                        shape().id("id", "The grant", ACCESS_ID)
                                .time("grantedAt", "Since when", AT)
                                .nullableTime("expiresAt", "Its end, exclusive; null for none", UNTIL)
                                .and(more)
                                .text(
                                        "source",
                                        "Where the grant came from: api, admin, purchase, free or bundle",
                                        "api"));
    }

    private static Shape changedProduct(@org.jspecify.annotations.Nullable Shape more) {
        Shape data = shape().object(
                        "product",
                        "As it is after that",
                        product()
                                .text("type", "one_time or subscription", "one_time")
                                .bool("isActive", "Whether it is on sale", true));
        return more == null ? data : data.and(more);
    }

    private static Shape changes() {
        ObjectNode change = JsonNodeFactory.instance.objectNode().put("type", "object");
        change.putArray("required").add("before").add("after");
        ObjectNode sample = JsonNodeFactory.instance.objectNode();
        sample.putObject("price").put("before", 1900).put("after", 2900);
        return shape().mapOf(
                        "changes", "What is different, by the product's fields as the API names them", change, sample);
    }

    private static Shape purchase() {
        return shape().object(
                        "customer",
                        "Who",
                        email().nullableText("firstName", "As typed", "Ada")
                                .nullableText("lastName", "As typed", "Lovelace")
                                .nullableId("userId", "The account, null for guests", null))
                .object("product", "What; its id alone once it has vanished", line())
                .nullableObject("bumpProduct", "The first of bumpProducts", line())
                .objects("bumpProducts", "What was added at the checkout", line())
                .objects("bundleComponents", "What the product consists of", product())
                .object(
                        "order",
                        "The payment",
                        shape().number("amount", "Minor units", 2900)
                                .text("currency", "ISO 4217, lower case", "usd")
                                .text("sessionId", "Stripe's", "cs_1")
                                .optional()
                                .nullableText("paymentIntentId", "Stripe's", "pi_1")
                                .optional()
                                .nullableId("couponId", "The coupon", null)
                                .bool(
                                        "isGuest",
                                        "Whether a guest's address had no account yet; absent for those signed in",
                                        true)
                                .optional()
                                .number("netTotal", "Minor units, where the tax is known", 2437)
                                .optional()
                                .number("taxTotal", "Minor units, where the tax is known", 463)
                                .optional())
                .object(
                        "invoice",
                        "Who is to be named on it, where one is wanted",
                        shape().yes("needsInvoice", "Always true").and(buyer()))
                .optional()
                .someObjects(
                        "customFields",
                        "Answers to the product's own questions",
                        shape().text("id", "Which", "company")
                                .text("label", "As asked", "Company")
                                .text("value", "As answered", "Acme")
                                .text("type", "Its kind", "text"))
                .someObjects(
                        "licenses",
                        "For the product and what it consists of",
                        shape().id("productId", "For which", PRODUCT_ID).and(issued()))
                .text("source", "stripe_webhook where Stripe told of it", "stripe_webhook")
                .optional();
    }

    private static Shape line() {
        return product()
                .perhaps(shape().nullableNumber("net", "Minor units", 2437L)
                        .nullableNumber("tax", "Minor units", 463L)
                        .nullableNumber("gross", "Minor units", 2900L)
                        .percent("vatRate", "Percent; null where no tax or several apply", 19)
                        .bool("vatExempt", "Always false where Stripe works the tax out", false)
                        .nullableText("taxBehavior", "inclusive or exclusive", "inclusive")
                        .nullableText("taxabilityReason", "Stripe's word", "standard_rated"))
                .orOnly("id");
    }

    private static Shape invoiceTax() {
        return shape().number("net", "Minor units", 756)
                .number("tax", "Minor units", 144)
                .percent("vatRate", "Percent", 19)
                .nullableText("taxBehavior", "inclusive or exclusive", "inclusive")
                .nullableText("taxabilityReason", "Stripe's word", "standard_rated")
                .text(
                        "taxSnapshotStatus",
                        "What is known of the tax: none, captured, partial or unavailable",
                        "captured");
    }

    private static Shape buyer() {
        return shape().nullableText("nip", "Tax id", "DE123456789")
                .nullableText("companyName", "Its name", "Analytical Engines")
                .nullableText("address", "Street and number", "Musterstraße 1")
                .nullableText("city", "City", "Berlin")
                .nullableText("postalCode", "Postal code", "10115")
                .nullableText("country", "ISO 3166-1, two letters", "DE");
    }

    private static Shape issued() {
        return shape().text("token", "The signed licence", "header.payload.signature")
                .text("kid", "Which key signed it", "key-1")
                .text("jwksUrl", "Where that key is published", "https://example.com/jwks.json");
    }

    private static Shape subscription(Shape more) {
        return shape().object("customer", "Who", customer())
                .object(
                        "product",
                        "To what",
                        shape().id("id", "The product", PRODUCT_ID)
                                .text("name", "Its name", "Brush of the month")
                                .text("slug", "Its name in URLs", "brush-of-the-month")
                                .text("currency", "ISO 4217", "EUR")
                                .nullableNumber("recurring_price", "Minor units", 900L)
                                .nullableText("billing_interval", "day, week, month or year", "month")
                                .nullableNumber("billing_interval_count", "How many of them", 1L)
                                .nullableText("stripe_price_id", "Stripe's", null))
                .object(
                        "subscription",
                        "Which",
                        shape().text("stripeSubscriptionId", "Stripe's", "sub_1")
                                .and(more));
    }

    private static Shape refund() {
        return shape().object(
                        "customer",
                        "Who",
                        shape().nullableText(
                                        "email", "Empty if unknown; null once the person was erased", "ada@example.com")
                                .nullableId("userId", "The account", USER_ID))
                .object(
                        "product",
                        "For what; its id alone once it has vanished",
                        product().orOnly("id"))
                .object(
                        "payment",
                        "Which",
                        shape().id("id", "The payment", ACCESS_ID)
                                .number("amount", "Minor units", 2900)
                                .text("currency", "ISO 4217, as stored", "USD")
                                .nullableText("sessionId", "Stripe's", "cs_1")
                                .nullableText("paymentIntentId", "Stripe's", "pi_1")
                                .text("statusBefore", "Its state before", "completed")
                                .text("statusAfter", "Its state now", "refunded"))
                .object(
                        "refund",
                        "This step",
                        shape().nullableText("stripeRefundId", "Stripe's", "re_1")
                                .number("amount", "Minor units, of this step", 2900)
                                .text("currency", "ISO 4217, upper case", "USD")
                                .nullableText("reason", "Why", "requested_by_customer")
                                .nullableText("status", "Stripe's word", "succeeded")
                                .bool("isFullRefund", "Whether nothing is left", true)
                                .number("totalRefunded", "Minor units, with earlier steps", 2900)
                                .time("refundedAt", "When", AT)
                                .id("initiatedByAdminId", "The admin who gave it back", ADMIN_ID)
                                .optional()
                                .id("refundRequestId", "The request that was granted", REFUND_REQUEST_ID)
                                .optional()
                                .text("source", "admin, api, refund_request or stripe_webhook", "refund_request")
                                .perhaps(refundTax()));
    }

    private static Shape refundTax() {
        return shape().number("net", "Minor units, of this step", 2900)
                .number("tax", "Minor units, of this step", 0)
                .percent("vatRate", "Percent, of the order; null where it can't be worked out", 0)
                .yes("vatExempt", "Present for what is exempt")
                .text("taxabilityReason", "Stripe's word", "product_exempt");
    }

    private static Shape license() {
        return shape().object(
                        "license",
                        "Which",
                        shape().id("id", "The licence", ACCESS_ID)
                                .text("order", "The order", "pi_1")
                                .nullableText("email", "Whose", "ada@example.com")
                                .nullableText("tier", "Its tier", "pro")
                                .nullableText("domain", "Where it holds", null)
                                .text("issuanceSource", "Where it came from", "purchase")
                                .time("issuedAt", "Since when", AT)
                                .nullableTime("expiresAt", "Its end", null)
                                .time("revokedAt", "Since when no more", AT))
                .object(
                        "product",
                        "For what",
                        shape().id("id", "The product", PRODUCT_ID)
                                .nullableText("name", "Its name", "Watercolour brushes")
                                .nullableText("slug", "Its name in URLs", "watercolour-brushes"))
                .text("crlUrl", "The list of revoked licences", "https://example.com/crl");
    }
}
