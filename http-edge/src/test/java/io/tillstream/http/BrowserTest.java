package io.tillstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.Shop.Reply;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrowserTest {
    private static Shop development;
    private static Shop production;

    @BeforeAll
    static void start() {
        development = Shop.shared();
        production = new Shop(Map.of("tillstream.site-url", "https://admin.example/"));
    }

    @AfterAll
    static void stop() {
        production.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/things", "/api/v1/nowhere", "/api/auth/login", "/docs", "/"})
    void answersOptionsOnEveryRoute(String path) {
        Reply reply = development.send("OPTIONS", path, null, "Origin", "http://localhost:3777");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
        assertThat(reply.header("Access-Control-Allow-Origin")).hasValue("http://localhost:3777");
        assertThat(reply.header("Access-Control-Allow-Methods")).hasValue("GET, POST, PUT, PATCH, DELETE, OPTIONS");
        assertThat(reply.header("Access-Control-Allow-Headers"))
                .hasValueSatisfying(headers -> assertThat(headers)
                        .contains("Content-Type", "Authorization", "X-API-Key", "Idempotency-Key", "If-Match"));
        assertThat(reply.header("Access-Control-Max-Age")).hasValue("86400");
    }

    @Test
    void neverAllowsAnUnknownOrigin() {
        for (String origin : new String[] {"https://evil.example", "http://localhost.evil.example", "null"}) {
            assertThat(development
                            .send("GET", "/api/v1/things", null, "Origin", origin)
                            .header("Access-Control-Allow-Origin"))
                    .isEmpty();
            assertThat(production
                            .send("GET", "/api/v1/things", null, "Origin", origin)
                            .header("Access-Control-Allow-Origin"))
                    .hasValue("https://admin.example");
        }
        assertThat(production
                        .send("GET", "/api/v1/things", null, "Origin", "http://localhost:3777")
                        .header("Access-Control-Allow-Origin"))
                .hasValue("https://admin.example");
    }

    @Test
    void putsItsHeadersOnErrorsToo() {
        Reply reply = development.send("GET", "/api/v1/things", null, "Origin", "http://127.0.0.1:5173");
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("Access-Control-Allow-Origin")).hasValue("http://127.0.0.1:5173");
        assertThat(reply.header("Access-Control-Allow-Credentials")).hasValue("true");
        assertThat(reply.header("Access-Control-Expose-Headers"))
                .hasValueSatisfying(names -> assertThat(names).contains("X-Request-Id", "Retry-After", "ETag"));
        assertThat(reply.header("Vary")).hasValue("Origin");
        assertThat(reply.header("Cache-Control")).hasValue("no-store, no-cache, must-revalidate");
        assertThat(reply.header("Pragma")).hasValue("no-cache");
        assertThat(reply.header("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(reply.header("Referrer-Policy")).hasValue("strict-origin-when-cross-origin");
        assertThat(reply.header("X-Frame-Options")).hasValue("DENY");
        assertThat(reply.header("X-Powered-By")).isEmpty();
    }

    @Test
    void servesAnExplorerThatNeedsNoInternet() {
        Reply page = development.send("GET", "/docs", null);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
        assertThat(page.header("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).contains("script-src 'self'"));
        for (String file : new String[] {"explorer.js", "explorer.css", "start.js"})
            assertThat(development.send("GET", "/docs/" + file, null).status()).isEqualTo(200);
        assertThat(development.send("GET", "/docs/other.js", null).status()).isEqualTo(404);
    }

    @Test
    void showsItsHealthToAnybody() {
        // once credentials have been polled
        Awaiting.until(() -> development
                .send("GET", "/actuator/health", null)
                .json()
                .at("/status")
                .asString()
                .equals("UP"));
        assertThat(development.send("GET", "/actuator/health/liveness", null).status())
                .isEqualTo(200);
        assertThat(development.send("GET", "/actuator/health/readiness", null).status())
                .isEqualTo(200);
    }
}
