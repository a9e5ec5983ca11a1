package io.tillstream.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.http.Shop.Reply;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ListsTest {
    private static final String ID = "550e8400-e29b-41d4-a716-446655440000";
    private static final Shop shop = Shop.shared();
    private static final String key = Servers.shared().key("products:read").make();

    private static Reply list(String query) {
        return shop.get("/api/v1/things?" + query, key);
    }

    @Test
    void goesThroughAllPagesOnce() {
        List<Integer> numbers = new ArrayList<>();
        String cursor = "";
        String last = null;
        do {
            Reply reply = list("sort_by=number&sort_order=asc&limit=20&cursor=" + cursor);
            assertThat(reply.status()).isEqualTo(200);
            reply.json()
                    .get("data")
                    .forEach(thing -> numbers.add(thing.get("number").asInt()));
            JsonNode page = reply.json().get("pagination");
            assertThat(page.get("cursor").isNull()).isEqualTo(last == null);
            assertThat(page.get("total").asInt()).isEqualTo(45);
            assertThat(page.get("has_more").asBoolean())
                    .isEqualTo(!page.get("next_cursor").isNull());
            last = cursor = page.get("next_cursor").isNull()
                    ? ""
                    : page.get("next_cursor").asString();
        } while (!cursor.isEmpty());
        assertThat(numbers).hasSize(45).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "12abc, 12",
        "5.9, 5",
        "1e3, 1",
        "abc, 20",
        "'', 20",
        "0, 1",
        "-3, 1",
        "100, 100",
        "101, 100",
        "99999999999999999999, 100"
    })
    void clampsTheLimitAndEchoesIt(String sent, int used) {
        assertThat(list("limit=" + sent).json().at("/pagination/limit").asInt()).isEqualTo(used);
    }

    @Test
    void refusesUnknownSortColumnsAndIgnoresUnknownParameters() {
        Reply reply = list("sort_by=nmae");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("INVALID_INPUT");
        assertThat(reply.message()).contains("sort_by").contains("number");
        assertThat(list("colour=red&sort_by=&cursor=&search=").status()).isEqualTo(200);
    }

    @Test
    void refusesALongSearch() {
        assertThat(list("search=" + "a".repeat(200)).status()).isEqualTo(200);
        assertThat(list("search=" + "a".repeat(201)).code()).isEqualTo("INVALID_INPUT");
    }

    @Test
    void refusesACursorOfAnotherOrder() {
        String cursor = list("sort_by=number&sort_order=asc&limit=1")
                .json()
                .at("/pagination/next_cursor")
                .asString();
        assertThat(list("sort_by=number&sort_order=asc&cursor=" + cursor).status())
                .isEqualTo(200);
        assertThat(list("sort_by=number&sort_order=desc&cursor=" + cursor).code())
                .isEqualTo("INVALID_INPUT");
        assertThat(list("sort_order=asc&cursor=" + cursor).code()).isEqualTo("INVALID_INPUT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "nonsense",
                "{\"id\":\"x\"}",
                "{\"field\":\"number\",\"value\":1,\"id\":\"1-1-1-1-1\",\"direction\":\"asc\"}",
                "{\"field\":\"number\",\"value\":1,\"id\":\"" + ID + "\",\"direction\":\"up\"}",
                "{\"field\":\"number\",\"value\":\"a\",\"id\":\"" + ID + "\",\"direction\":\"asc\"}",
                "{\"field\":\"number\",\"value\":1e999999999,\"id\":\"" + ID + "\",\"direction\":\"asc\"}",
                "{\"field\":\"number\",\"value\":1.5,\"id\":\"" + ID + "\",\"direction\":\"asc\"}",
                "{\"field\":\"number\",\"value\":{\"$gt\":1},\"id\":\"" + ID + "\",\"direction\":\"asc\"}",
                "{\"field\":\"number\",\"value\":\"\\ud800\",\"id\":\"" + ID + "\",\"direction\":\"asc\"}"
            })
    void refusesWhatIsNoCursorOfItsOwn(String json) {
        String cursor = Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
        Reply reply = list("sort_by=number&sort_order=asc&cursor=" + cursor);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("INVALID_INPUT");
    }

    @Test
    void refusesACursorThatDoesNotDecode() {
        assertThat(list("cursor=%25%25").code()).isEqualTo("INVALID_INPUT");
        assertThat(list("cursor=" + "A".repeat(6_000)).code()).isEqualTo("INVALID_INPUT");
    }
}
