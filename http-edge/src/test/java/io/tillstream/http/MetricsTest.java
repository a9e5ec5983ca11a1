package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final String PATH = "/actuator/prometheus";

    private final Shop shop = Shop.shared();

    @Test
    void tellsAKeyThatMaySeeTheSystem() {
        String key =
                Servers.shared().key("system:read", "products:read").limit(100).make();
        assertThat(shop.get("/api/v1/things", key).status()).isEqualTo(200);
        assertThat(shop.get(PATH, key).body())
                .contains("uri=\"/api/v1/things\"")
                .contains("http_server_requests_seconds_bucket")
                .contains("tillstream_limiter_total{judge=\"redis\",result=\"passed\"}");
    }

    @Test
    void tellsNobodyElse() {
        assertThat(shop.send("GET", PATH, null).status()).isEqualTo(401);
        assertThat(shop.get(PATH, Servers.shared().key("products:read").make()).status())
                .isEqualTo(403);
        assertThat(shop.get(PATH, "sf_live_" + "0".repeat(64)).status()).isEqualTo(401);
    }
}
