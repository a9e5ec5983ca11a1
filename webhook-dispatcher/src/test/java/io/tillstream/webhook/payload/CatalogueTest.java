package io.tillstream.webhook.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.access.AccessEvent;
import io.tillstream.events.product.ProductEvent;
import io.tillstream.events.webhook.WebhookEventName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class CatalogueTest {
    private static final String PRODUCT = "id name slug price currency icon|null";

    static List<Catalogue.Entry> entries() {
        return Catalogue.all();
    }

    /** What a body says against the schema of its event. */
    static List<String> wrong(ObjectNode schema, JsonNode body) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema)
                .validate(body)
                .stream()
                .map(Object::toString)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void hasASampleThatMatchesItsSchema(Catalogue.Entry entry) {
        assertThat(wrong(entry.schema(), entry.example())).isEmpty();
        ObjectNode without = entry.example();
        without.remove("data");
        assertThat(wrong(entry.schema(), without)).isNotEmpty();
        assertThat(entry.description()).isNotBlank();
    }

    /**
     * contract: webhook-delivery §7, in its notation: "?" may be absent, "|null" may be null; P is a product. Beyond it, an
     * address is null once the person was erased, and a licence may have no end.
     */
    @ParameterizedTest
    @CsvSource(textBlock = """
            purchase.completed, data, customer product bumpProduct|null bumpProducts bundleComponents order invoice? customFields? licenses? source?
            purchase.completed, data/customer, email|null firstName|null lastName|null userId|null
            purchase.completed, data/product, P net|null? tax|null? gross|null? vatRate|null? vatExempt? taxBehavior|null? taxabilityReason|null?
            purchase.completed, data/bumpProduct, P net|null? tax|null? gross|null? vatRate|null? vatExempt? taxBehavior|null? taxabilityReason|null?
            purchase.completed, data/bumpProducts, P net|null? tax|null? gross|null? vatRate|null? vatExempt? taxBehavior|null? taxabilityReason|null?
            purchase.completed, data/bundleComponents, P
            purchase.completed, data/order, amount currency sessionId? paymentIntentId|null? couponId|null isGuest? netTotal? taxTotal?
            purchase.completed, data/invoice, needsInvoice nip|null companyName|null address|null city|null postalCode|null country|null
            purchase.completed, data/customFields, id label value type
            purchase.completed, data/licenses, productId token kid jwksUrl
            lead.captured, data, customer product license?
            lead.captured, data/customer, email|null userId
            lead.captured, data/product, P
            lead.captured, data/license, token kid jwksUrl
            waitlist.signup, data, customer product
            waitlist.signup, data/customer, email|null
            waitlist.signup, data/product, P
            access.*, data, customer product access
            access.*, data/customer, email|null userId
            access.*, data/product, P
            access.granted, data/access, id grantedAt expiresAt|null source
            access.extended, data/access, id grantedAt expiresAt|null previousExpiresAt source
            access.revoked, data/access, id grantedAt expiresAt|null revokedAt source
            access.expired, data/access, grantedAt expiredAt
            product.created, data, product
            product.updated, data, product changes
            product.deleted, data, product
            product.*, data/product, P type isActive
            subscription.*, data/customer, email|null userId
            subscription.*, data/product, id name slug currency recurring_price|null billing_interval|null billing_interval_count|null stripe_price_id|null
            subscription.created, data, customer product subscription
            subscription.updated, data, customer product subscription
            subscription.canceled, data, customer product subscription
            subscription.trial_ending, data, customer product subscription
            subscription.created, data/subscription, stripeSubscriptionId stripeCustomerId status billingInterval|null billingIntervalCount|null recurringPrice trialEnd|null currentPeriodStart|null currentPeriodEnd|null cancelAtPeriodEnd
            subscription.updated, data/subscription, stripeSubscriptionId status cancelAtPeriodEnd currentPeriodEnd|null previousAttributes
            subscription.canceled, data/subscription, stripeSubscriptionId status canceledAt|null cancelAtPeriodEnd endsAt|null
            subscription.trial_ending, data/subscription, stripeSubscriptionId trialEnd|null
            subscription.renewal_upcoming, data, customer product subscription invoice
            subscription.renewal_upcoming, data/subscription, stripeSubscriptionId status cancelAtPeriodEnd currentPeriodEnd|null
            subscription.renewal_upcoming, data/invoice, stripeInvoiceId|null amountDue currency nextPaymentAttempt|null billingReason|null
            invoice.*, data, customer product subscription invoice
            invoice.*, data/customer, email|null userId
            invoice.*, data/product, id name slug currency recurring_price|null billing_interval|null billing_interval_count|null stripe_price_id|null
            invoice.paid, data/subscription, stripeSubscriptionId
            invoice.paid, data/invoice, stripeInvoiceId amountPaid currency hostedInvoiceUrl|null invoicePdfUrl|null paidAt|null billingReason|null net? tax? vatRate|null? taxBehavior|null? taxabilityReason|null? taxSnapshotStatus? nip|null? companyName|null? address|null? city|null? postalCode|null? country|null?
            invoice.payment_failed, data/subscription, stripeSubscriptionId status
            invoice.payment_failed, data/invoice, stripeInvoiceId amountDue currency attemptCount nextPaymentAttempt|null hostedInvoiceUrl|null
            refund.issued, data, customer product payment refund
            refund.issued, data/customer, email|null userId|null
            refund.issued, data/product, P
            refund.issued, data/payment, id amount currency sessionId|null paymentIntentId|null statusBefore statusAfter
            refund.issued, data/refund, stripeRefundId|null amount currency reason|null status|null isFullRefund totalRefunded refundedAt initiatedByAdminId? refundRequestId? source net? tax? vatRate|null? vatExempt? taxabilityReason?
            license.revoked, data, license product crlUrl
            license.revoked, data/license, id order email|null tier|null domain|null issuanceSource issuedAt expiresAt|null revokedAt
            license.revoked, data/product, id name|null slug|null
            """)
    void hasWhatTheContractNames(String events, String path, String members) {
        String prefix = events.replace("*", "");
        assertThat(Catalogue.all())
                .filteredOn(entry -> entry.name().wire().startsWith(prefix))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(members(entry.schema(), path))
                        .containsExactlyInAnyOrder(members.replace("P ", PRODUCT + " ")
                                .replaceAll("^P$", PRODUCT)
                                .split(" ", -1)));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void showsEveryMemberInItsSample(Catalogue.Entry entry) {
        assertShown(entry.schema(), entry.example(), entry.name().wire());
    }

    /** contract: webhook-delivery §7, test data */
    @Test
    void showsAPurchaseWithAnInvoiceAndNothingAdded() {
        ObjectNode purchase = Catalogue.of(WebhookEventName.PURCHASE_COMPLETED).sample();
        assertThat(purchase.at("/invoice/needsInvoice").asBoolean()).isTrue();
        assertThat(purchase.at("/bumpProduct").isNull()).isTrue();
        assertThat(purchase.at("/order/netTotal").asLong()
                        + purchase.at("/order/taxTotal").asLong())
                .isEqualTo(purchase.at("/order/amount").asLong());
    }

    @ParameterizedTest
    @EnumSource(names = {"PURCHASE_COMPLETED", "REFUND_ISSUED"})
    void fitsAProductThatVanished(WebhookEventName name) {
        ObjectNode body = Catalogue.of(name).example();
        ObjectNode product = body.withObject("/data/product");
        product.retain("id");
        assertThat(wrong(Catalogue.of(name).schema(), body)).isEmpty();
        product.put("name", "Half a product");
        assertThat(wrong(Catalogue.of(name).schema(), body)).isNotEmpty();
        product.removeAll();
        assertThat(wrong(Catalogue.of(name).schema(), body)).isNotEmpty();
    }

    @Test
    void fitsBumpsThatVanished() {
        Catalogue.Entry entry = Catalogue.of(WebhookEventName.PURCHASE_COMPLETED);
        ObjectNode body = entry.example();
        ObjectNode data = body.withObject("/data");
        ObjectNode bump = data.withObject("/product").deepCopy().retain("id");
        data.set("bumpProduct", bump);
        data.withArray("bumpProducts").add(bump);
        assertThat(wrong(entry.schema(), body)).isEmpty();
        bump.put("name", "Half a product");
        assertThat(wrong(entry.schema(), body)).hasSizeGreaterThan(1);
    }

    @Test
    void fitsAPurchaseWithoutTaxOrInvoice() {
        Catalogue.Entry entry = Catalogue.of(WebhookEventName.PURCHASE_COMPLETED);
        ObjectNode body = entry.example();
        ObjectNode data = body.withObject("/data");
        data.withObject("/product").retain("id", "name", "slug", "price", "currency", "icon");
        data.withObject("/order").retain("amount", "currency", "sessionId", "paymentIntentId", "couponId", "isGuest");
        data.remove(List.of("invoice", "customFields", "licenses", "source"));
        assertThat(wrong(entry.schema(), body)).isEmpty();
    }

    @Test
    void saysWhatFires() {
        assertThat(Catalogue.all())
                .filteredOn(Catalogue.Entry::fires)
                .extracting(entry -> entry.name().wire())
                .containsExactly(
                        "access.granted",
                        "access.extended",
                        "access.revoked",
                        "access.expired",
                        "product.created",
                        "product.updated",
                        "product.deleted");
    }

    /** A new concept is to be published or withheld on purpose: then it is added here, or to {@link PublicEvents}. */
    @Test
    void knowsEveryConcept() {
        List<String> withheld = List.of("category", "tag", "user", "api_key", "admin", "webhook");
        for (Concept<?, ?> concept : Concepts.ALL) {
            Class<? extends DomainEvent> events = concept.eventType();
            boolean told = events == ProductEvent.class || events == AccessEvent.class;
            assertThat(told || withheld.contains(concept.name()))
                    .as("whether receivers are told of " + concept.name())
                    .isTrue();
        }
    }

    private static List<String> members(ObjectNode schema, String path) {
        JsonNode at = schema;
        for (String name : path.split("/", -1)) {
            at = at.path("properties").path(name);
            if (at.has("items")) at = at.path("items");
        }
        JsonNode always = at.has("anyOf") ? at.at("/anyOf/0/required") : at.path("required");
        Set<String> required = new HashSet<>();
        always.forEach(name -> required.add(name.asString()));
        return at.path("properties").properties().stream()
                .map(member -> member.getKey()
                        + (types(member.getValue()).contains("null") ? "|null" : "")
                        + (required.contains(member.getKey()) ? "" : "?"))
                .toList();
    }

    private static List<String> types(JsonNode schema) {
        return schema.path("type") instanceof ArrayNode types
                ? types.valueStream().map(JsonNode::asString).toList()
                : List.of(schema.path("type").asString());
    }

    private static void assertShown(JsonNode schema, JsonNode sample, String path) {
        if (sample.isNull()) return;
        schema.path("properties").properties().forEach(member -> {
            String below = path + "/" + member.getKey();
            assertThat(sample.has(member.getKey())).as(below).isTrue();
            assertShown(member.getValue(), sample.path(member.getKey()), below);
        });
        if (schema.has("items")) sample.forEach(item -> assertShown(schema.path("items"), item, path));
    }
}
