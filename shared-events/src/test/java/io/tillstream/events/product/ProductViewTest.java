package io.tillstream.events.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.envelope.EventJson;
import io.tillstream.events.product.ProductEvent.ProductCreated;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class ProductViewTest {
    private static final UUID ID = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
    private static final Label TAG = new Label(ID, "New", "new");

    @Test
    void isOneFlatObjectWithoutWhatIsHidden() {
        ObjectNode json = EventJson.CLIENT.valueToTree(new ProductView(product(), List.of(), List.of(TAG), null));
        assertThat(json.path("name").asString()).isEqualTo("Course");
        assertThat(json.path("price").asLong()).isEqualTo(2900);
        assertThat(json.path("created_at").asString()).isEqualTo("2026-03-01T10:00:00.000Z");
        assertThat(json.path("tags").toString())
                .isEqualTo("[{\"id\":\"" + ID + "\",\"name\":\"New\",\"slug\":\"new\"}]");
        assertThat(json.has("long_description")).isTrue();
        assertThat(json.propertyNames())
                .doesNotContain("product", "details", "version", "deleted", "tag_ids", "bundle_item_count");
    }

    @Test
    void leavesOutWhatIsNotEmbedded() {
        ObjectNode json = EventJson.CLIENT.valueToTree(new ProductView(product(), null, null, 0));
        assertThat(json.propertyNames()).doesNotContain("categories", "tags");
        assertThat(json.path("bundle_item_count").asInt()).isZero();
    }

    private static Product product() {
        ProductDetails details = new ProductDetails(
                "Course",
                "course",
                "",
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
                Map.of(),
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
                List.of(),
                List.of(ID),
                List.of());
        ProductPrice price = new ProductPrice(2900, "USD", null, null, null, null, true, false, null);
        return Product.after(null, new ProductCreated(ID, Instant.parse("2026-03-01T10:00:00Z"), true, price, details));
    }
}
