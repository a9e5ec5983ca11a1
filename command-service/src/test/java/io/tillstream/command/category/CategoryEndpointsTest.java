package io.tillstream.command.category;

import static io.tillstream.command.spec.Shop.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.spec.Shop;
import io.tillstream.command.spec.Shop.Reply;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CategoryEndpointsTest {
    private static final String PATH = "/api/v1/categories";
    private static final Shop SHOP = Shop.open();
    private static final Shop.Client CLIENT = SHOP.operator();

    @Test
    void needACredentialWithTheScope() {
        assertThat(SHOP.nobody().post(PATH, "{}").outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(SHOP.keyWith("products:read").post(PATH, "{}").outcome()).isEqualTo("403 FORBIDDEN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'slug': 'a'}",
                "{'name': 'N'}",
                "{'name': ' ', 'slug': 'a'}",
                "{'name': 'N', 'slug': 'with space'}",
                "{'name': 'N', 'slug': 'ümlaut'}",
                "{'name': 7, 'slug': 'a'}",
                "{'name': 'N', 'slug': 'a', 'colour': 'red'}"
            })
    void refuseABadField(String body) {
        assertThat(CLIENT.post(PATH, body).outcome()).isEqualTo("400 VALIDATION_ERROR");
    }

    @Test
    void refuseWhatIsTooLongAndNameTheField() {
        Reply reply =
                CLIENT.post(PATH, "{'name': '%s', 'slug': '%s'}".formatted("n".repeat(100 + 1), "s".repeat(100 + 1)));
        assertThat(reply.outcome()).isEqualTo("400 VALIDATION_ERROR");
        assertThat(reply.detail("name")).contains("100");
        assertThat(reply.detail("slug")).contains("100");
    }

    @Test
    void refuseMalformedJson() {
        assertThat(CLIENT.post(PATH, "{'name'").outcome()).isEqualTo("400 INVALID_INPUT");
    }

    @Test
    void createWithTheSlugAsTyped() {
        String slug = unique("Ab_C");
        Reply reply = CLIENT.post(PATH, "{'name': ' New ', 'slug': ' %s '}".formatted(slug));
        assertThat(reply.outcome()).isEqualTo("201");
        assertThat(reply.data().propertyNames()).containsExactly("id", "name", "slug", "description", "created_at");
        assertThat(reply.data().path("name").asString()).isEqualTo("New");
        assertThat(reply.data().path("slug").asString()).isEqualTo(slug);
        assertThat(reply.http().headers().firstValue("ETag")).contains("\"0\"");
    }

    @Test
    void refuseATakenSlugButForAnotherCase() {
        String slug = unique("slug");
        created(slug);
        assertThat(CLIENT.post(PATH, body(slug)).outcome()).isEqualTo("409 CONFLICT");
        assertThat(CLIENT.post(PATH, body(slug.toUpperCase(java.util.Locale.ROOT)))
                        .outcome())
                .isEqualTo("201");
        String other = created(unique("other"));
        assertThat(CLIENT.patch(PATH + "/" + other, "{'slug': '%s'}".formatted(slug))
                        .outcome())
                .isEqualTo("409 CONFLICT");
    }

    @Test
    void changeWhatIsSent() {
        String slug = unique("slug");
        Reply reply = CLIENT.patch(PATH + "/" + created(slug), "{'name': 'Other'}");
        assertThat(reply.outcome()).isEqualTo("200");
        assertThat(reply.data().path("name").asString()).isEqualTo("Other");
        assertThat(reply.data().path("slug").asString()).isEqualTo(slug);
    }

    @Test
    void refuseAChangeOfNothing() {
        assertThat(CLIENT.patch(PATH + "/" + created(unique("slug")), "{}").outcome())
                .isEqualTo("400 INVALID_INPUT");
    }

    @Test
    void sayThatTheBodyIsBadBeforeThatNothingIsThere() {
        assertThat(CLIENT.patch(PATH + "/" + UUID.randomUUID(), "{'name': ''}").outcome())
                .isEqualTo("400 VALIDATION_ERROR");
    }

    @Test
    void refuseAnUnknownAndAMalformedId() {
        assertThat(CLIENT.patch(PATH + "/" + UUID.randomUUID(), "{'name': 'N'}").outcome())
                .isEqualTo("404 NOT_FOUND");
        assertThat(CLIENT.delete(PATH + "/" + UUID.randomUUID()).outcome()).isEqualTo("404 NOT_FOUND");
        assertThat(CLIENT.delete(PATH + "/7").outcome()).isEqualTo("400 INVALID_INPUT");
    }

    @Test
    void deleteOnceAndFreeTheSlug() {
        String slug = unique("slug");
        String id = created(slug);
        assertThat(CLIENT.delete(PATH + "/" + id).outcome()).isEqualTo("204");
        assertThat(CLIENT.delete(PATH + "/" + id).outcome()).isEqualTo("404 NOT_FOUND");
        assertThat(CLIENT.post(PATH, body(slug)).outcome()).isEqualTo("201");
    }

    @Test
    void keepModesApart() {
        String slug = unique("slug");
        String live = created(slug);
        Shop.Client test = SHOP.testKey();
        assertThat(test.post(PATH, body(slug)).outcome()).isEqualTo("201");
        assertThat(test.patch(PATH + "/" + live, "{'name': 'Mine'}").outcome()).isEqualTo("404 NOT_FOUND");
        assertThat(test.delete(PATH + "/" + live).outcome()).isEqualTo("404 NOT_FOUND");
    }

    @Test
    void refuseAChangeOfAnotherVersion() {
        String path = PATH + "/" + created(unique("slug"));
        CLIENT.patch(path, "{'name': 'Second'}");
        assertThat(CLIENT.with("If-Match", "\"0\"")
                        .patch(path, "{'name': 'Third'}")
                        .outcome())
                .isEqualTo("412 PRECONDITION_FAILED");
        assertThat(CLIENT.with("If-Match", "\"1\"")
                        .patch(path, "{'name': 'Third'}")
                        .outcome())
                .isEqualTo("200");
    }

    @Test
    void hasADescriptionThatCanBeTakenAway() {
        Reply created = CLIENT.post(PATH, "{'name': 'N', 'slug': '%s', 'description': ' All '}".formatted(unique("s")));
        assertThat(created.data().path("description").asString()).isEqualTo("All");
        Reply changed = CLIENT.patch(PATH + "/" + created.id(), "{'description': null}");
        assertThat(changed.data().path("description").isNull()).isTrue();
        assertThat(changed.data().path("name").asString()).isEqualTo("N");
    }

    private static String created(String slug) {
        return CLIENT.post(PATH, body(slug)).id();
    }

    private static String body(String slug) {
        return "{'name': 'N', 'slug': '%s'}".formatted(slug);
    }
}
