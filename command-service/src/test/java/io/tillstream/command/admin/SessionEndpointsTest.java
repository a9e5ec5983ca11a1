package io.tillstream.command.admin;

import static io.tillstream.command.admin.AdminRefusal.EMAIL_TAKEN;
import static io.tillstream.command.admin.AdminRefusal.UNKNOWN;
import static io.tillstream.command.spec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tillstream.command.apikey.OperatorKeys;
import io.tillstream.command.spec.Shop;
import io.tillstream.command.spec.Shop.Client;
import io.tillstream.command.spec.Shop.Reply;
import io.tillstream.store.WritableStore;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionEndpointsTest {
    private static final String PASSWORD = "correct horse battery";
    private static final Shop SHOP = Shop.open();
    private static final Admins ADMINS = SHOP.bean(Admins.class);

    @Test
    void sayTheSameForAnUnknownEmailAndAWrongPassword() {
        Reply unknown = SHOP.login(Shop.unique("nobody") + "@example.com", PASSWORD);
        Reply wrong = SHOP.login(anAdmin(), "wrong horse battery");
        assertThat(unknown.outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(wrong.json()).isEqualTo(unknown.json());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'email': 'a@b.c'}", "{'email': 'a@b.c', 'password': 5}", "{'password': 'x'}"})
    void refuseABadBody(String body) {
        assertThat(SHOP.nobody().post("/api/auth/login", body).outcome()).isEqualTo("400 VALIDATION_ERROR");
    }

    @Test
    void signInWithTheEmailInAnyCaseAndSayWhoItIs() {
        String email = anAdmin();
        Reply login = SHOP.login(email.toUpperCase(Locale.ROOT), PASSWORD);
        assertThat(login.outcome()).isEqualTo("200");
        assertThat(login.data().path("email").asString()).isEqualTo(email);
        assertThat(login.http().headers().firstValue("Set-Cookie").orElseThrow())
                .contains("tillstream_session=", "HttpOnly", "SameSite=Lax")
                .doesNotContain("Secure");
        Reply session = SHOP.admin(email, PASSWORD).get("/api/auth/session");
        assertThat(session.data()).isEqualTo(login.data());
    }

    @Test
    void slowDownWhoGuesses() {
        String email = anAdmin();
        for (int i = 0; i < 10; i++) SHOP.login(email, "guess number " + i);
        assertThat(SHOP.login(email, PASSWORD).outcome()).isEqualTo("429 RATE_LIMITED");
        assertThat(SHOP.nobody().get("/api/auth/session").outcome()).isEqualTo("401 UNAUTHORIZED");
    }

    @Test
    void signOut() {
        Client admin = SHOP.admin(anAdmin(), PASSWORD);
        assertThat(admin.send("POST", "/api/auth/logout", null).outcome()).isEqualTo("204");
        assertThat(admin.get("/api/auth/session").outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(admin.send("POST", "/api/auth/logout", null).outcome()).isEqualTo("401 UNAUTHORIZED");
    }

    @Test
    void endWithTheOldPassword() {
        String email = anAdmin();
        Client admin = SHOP.admin(email, PASSWORD);
        ADMINS.changePassword("test", email, "another horse battery");
        assertThat(admin.get("/api/auth/session").outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(SHOP.login(email, PASSWORD).outcome()).isEqualTo("401 UNAUTHORIZED");
        assertThat(SHOP.login(email, "another horse battery").outcome()).isEqualTo("200");
    }

    @Test
    void areForAdminsWithAnEmailAndALongPassword() {
        assertThatThrownBy(() -> ADMINS.add("test", "nobody", PASSWORD)).hasMessageContaining("e-mail");
        assertThatThrownBy(() -> ADMINS.add("test", Shop.unique("a") + "@example.com", "elevenchars"))
                .hasMessageContaining("12");
        String email = anAdmin();
        assertRefused(EMAIL_TAKEN, () -> ADMINS.add("test", email.toUpperCase(Locale.ROOT), PASSWORD));
        assertRefused(UNKNOWN, () -> ADMINS.changePassword("test", Shop.unique("b") + "@example.com", PASSWORD));
    }

    @Test
    void leaveNeitherEmailNorHashInTheEvents() {
        String email = anAdmin();
        UUID id = ADMINS.changePassword("test", email, "another horse battery").id();
        String stored = SHOP.bean(WritableStore.class)
                .jdbc()
                .sql("select string_agg(payload || metadata, '') from events where aggregate_id = :id")
                .param("id", id.toString())
                .query(String.class)
                .single();
        assertThat(stored).contains("\"password_id\"").doesNotContain(email, "argon2");
    }

    @Test
    void findThatOnlyTheFirstStartMakesAnAdmin() {
        assertThat(SHOP.adminEmail()).isEqualTo(FirstStart.DEFAULT_EMAIL);
        FirstStart second = start(null);
        assertThat(second.made()).isEmpty();
    }

    @Test
    void findTheOperatorsKeyAddedOnceAndLeftRevoked() {
        String key = "sf_test_" + UUID.randomUUID().toString().replace("-", "").repeat(2);
        start(key);
        start(key);
        assertThat(use(key)).isEqualTo("400 VALIDATION_ERROR");
        UUID id = SHOP.bean(WritableStore.class)
                .jdbc()
                .sql("select id from credentials where hash = encode(sha256(convert_to(:key, 'UTF8')), 'hex')")
                .param("key", key)
                .query(UUID.class)
                .single();
        assertThat(SHOP.admin().delete("/api/v1/api-keys/" + id).outcome()).isEqualTo("200");
        start(key);
        assertThat(SHOP.admin().delete("/api/v1/api-keys/" + id).outcome()).isEqualTo("400 VALIDATION_ERROR");
    }

    private static String use(String key) {
        return SHOP.key(key).post("/api/v1/users", "{}").outcome();
    }

    private static FirstStart start(@Nullable String apiKey) {
        FirstStart start = new FirstStart(
                new FirstStartSettings(null, null, apiKey, null, true), ADMINS, SHOP.bean(OperatorKeys.class));
        start.run();
        return start;
    }

    private static String anAdmin() {
        String email = Shop.unique("admin") + "@example.com";
        return ADMINS.add("test", email, PASSWORD).email();
    }
}
