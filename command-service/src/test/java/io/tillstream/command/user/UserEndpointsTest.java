package io.tillstream.command.user;

import static io.tillstream.command.spec.Shop.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.command.spec.Shop;
import io.tillstream.command.spec.Shop.Reply;
import io.tillstream.store.WritableStore;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserEndpointsTest {
    private static final String PATH = "/api/v1/users";
    private static final Shop SHOP = Shop.open();
    private static final Shop.Client CLIENT = SHOP.operator();

    @Test
    void needTheScope() {
        assertThat(SHOP.keyWith("users:read").post(PATH, "{}").outcome()).isEqualTo("403 FORBIDDEN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'email': null}",
                "{'email': 'nobody'}",
                "{'email': 'a@b'}",
                "{'email': 'a b@example.com'}",
                "{'email': 5}"
            })
    void refuseABadEmailAndNameTheField(String body) {
        Reply reply = CLIENT.post(PATH, body);
        assertThat(reply.outcome()).isEqualTo("400 VALIDATION_ERROR");
        assertThat(reply.detail("email")).contains("email");
    }

    @Test
    void createAnAccountWithoutAnyAccess() {
        String email = unique("Ada") + "@Example.com";
        Reply reply = CLIENT.post(PATH, "{'email': ' %s ', 'name': 'Ada'}".formatted(email));
        assertThat(reply.outcome()).isEqualTo("201");
        assertThat(reply.data().path("email").asString()).isEqualTo(email);
        assertThat(reply.data().path("user_metadata").path("name").asString()).isEqualTo("Ada");
        assertThat(reply.data().path("product_access").isEmpty()).isTrue();
        assertThat(reply.data().path("stats").path("total_value").asLong()).isZero();
    }

    @Test
    void refuseAKnownEmailInAnyCaseButNotInTheOtherMode() {
        String email = unique("ada") + "@example.com";
        assertThat(CLIENT.post(PATH, body(email)).outcome()).isEqualTo("201");
        assertThat(CLIENT.post(PATH, body(email.toUpperCase(Locale.ROOT))).outcome())
                .isEqualTo("409 ALREADY_EXISTS");
        assertThat(SHOP.testKey().post(PATH, body(email)).outcome()).isEqualTo("201");
    }

    @Test
    void sealWhomItIsAboutInTheStore() {
        String email = unique("secretive") + "@example.com";
        Reply reply = CLIENT.post(PATH, "{'email': '%s', 'name': 'Grace'}".formatted(email));
        String stored = SHOP.bean(WritableStore.class)
                .jdbc()
                .sql("select string_agg(payload || metadata, '') from events where aggregate_id = :id")
                .param("id", reply.id())
                .query(String.class)
                .single();
        assertThat(stored).contains("\"sealed\"").doesNotContain("secretive", "Grace");
        String claims = SHOP.bean(WritableStore.class)
                .jdbc()
                .sql("select string_agg(name, ' ') from claims where concept = 'user.email'")
                .query(String.class)
                .single();
        assertThat(claims).doesNotContain("@");
    }

    private static String body(String email) {
        return "{'email': '%s'}".formatted(email);
    }
}
