package io.tillstream.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a webhook was and what happened to it: the history folds to what a plain GET shows, at every version. */
class WebhookHistoryTest {
    private static final String PATH = "/api/v1/webhooks/";

    @RegisterExtension
    private static final DispatcherShop shop = new DispatcherShop();

    @Test
    void foldsToWhatIsShownAtEveryVersion() {
        for (long seed = 1; seed <= 3; seed++) {
            Random random = new Random(seed);
            List<String> secrets = new ArrayList<>();
            String id = made(secrets);
            Map<Long, JsonNode> shown = new LinkedHashMap<>();
            for (int step = 0; step < 12; step++) {
                change(id, random, secrets);
                List<JsonNode> oldest = history(id, "asc", 1 + random.nextInt(5));
                shown.put(oldest.getLast().path("sequence").asLong(), plain(id));
            }
            List<JsonNode> oldest = history(id, "asc", 1 + random.nextInt(5));
            assertThat(history(id, "desc", 4).reversed()).as("seed " + seed).isEqualTo(oldest);
            ObjectNode folded = JsonNodeFactory.instance.objectNode();
            for (JsonNode entry : oldest) {
                long sequence = entry.path("sequence").asLong();
                entry.path("changes").properties().forEach(change -> {
                    JsonNode before = change.getValue().path("before");
                    if (folded.has(change.getKey())) assertThat(before).isEqualTo(folded.get(change.getKey()));
                    else assertThat(before.isNull()).isTrue();
                    folded.set(change.getKey(), change.getValue().path("after"));
                });
                JsonNode then =
                        shop.get(PATH + id + "?as_of_sequence=" + sequence).data();
                assertThat(then).as("seed %s, version %s", seed, sequence).isEqualTo(folded);
                if (shown.containsKey(sequence)) assertThat(then).isEqualTo(shown.get(sequence));
            }
            String last = oldest.getLast().path("time").asString();
            assertThat(shop.get(PATH + id + "?as_of=" + last).data()).isEqualTo(folded);
            for (String secret : secrets) assertThat(oldest.toString()).doesNotContain(secret);
        }
    }

    @Test
    void staysWhenTheWebhookIsGone() {
        String id = made(new ArrayList<>());
        shop.patch(PATH + id, "{'description': 'the last one'}");
        JsonNode before = plain(id);
        assertThat(shop.delete(PATH + id).status()).isLessThan(300);
        assertThat(shop.get(PATH + id).status()).isEqualTo(404);
        List<JsonNode> entries = history(id, "asc", 100);
        JsonNode deleted = entries.getLast();
        assertThat(deleted.path("type").asString()).isEqualTo("webhook.deleted");
        assertThat(deleted.at("/changes/description/before").asString()).isEqualTo("the last one");
        assertThat(deleted.at("/changes/description/after").isNull()).isTrue();
        assertThat(deleted.path("actor").asString()).startsWith("api_key:");
        assertThat(deleted.path("actor_name").asString()).isNotEmpty();
        long version = deleted.path("sequence").asLong();
        assertThat(shop.get(PATH + id + "?as_of_sequence=" + version).status()).isEqualTo(404);
        assertThat(shop.get(PATH + id + "?as_of_sequence=" + (version - 1)).data())
                .isEqualTo(before);
        assertThat(shop.get(PATH + id + "?as_of_sequence=" + (version + 1)).status())
                .isEqualTo(400);
        assertThat(shop.get(PATH + id + "?as_of=2020-01-01T00:00:00Z").status()).isEqualTo(404);
        assertThat(shop.get(PATH + id + "?as_of=soon").status()).isEqualTo(400);
    }

    @Test
    void isNothingElses() {
        for (String other : List.of(UUID.randomUUID().toString(), shop.product())) {
            assertThat(shop.get(PATH + other + "/history").status()).isEqualTo(404);
            assertThat(shop.get(PATH + other + "?as_of_sequence=0").status()).isEqualTo(404);
        }
        assertThat(shop.get(PATH + "nonsense/history").status()).isEqualTo(400);
    }

    private String made(List<String> secrets) {
        ShopWebhook made = shop.webhook("https://example.com/hook");
        secrets.add(made.secret());
        return made.id();
    }

    private void change(String id, Random random, List<String> secrets) {
        String word = "w" + random.nextInt(1_000_000);
        Reply done = switch (random.nextInt(6)) {
            case 0 -> shop.patch(PATH + id, "{'description': '%s'}".formatted(word));
            case 1 -> shop.patch(PATH + id, "{'url': 'https://example.com/%s'}".formatted(word));
            case 2 -> shop.patch(PATH + id, "{'is_active': %s}".formatted(random.nextBoolean()));
            case 3 -> {
                secrets.add("value-" + word);
                yield shop.patch(PATH + id, "{'custom_headers': {'X-Own': 'value-%s'}}".formatted(word));
            }
            case 4 -> shop.patch(PATH + id, "{'events': ['access.*'], 'description': '%s'}".formatted(word));
            default -> {
                Reply rotated = shop.post(PATH + id + "/rotate-secret", "{}");
                secrets.add(rotated.text("secret"));
                yield rotated;
            }
        };
        assertThat(done.status()).as(done.json().toString()).isLessThan(300);
    }

    private JsonNode plain(String id) {
        Reply reply = shop.get(PATH + id);
        assertThat(reply.status()).isEqualTo(200);
        return reply.data();
    }

    private List<JsonNode> history(String id, String order, int limit) {
        List<JsonNode> entries = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = shop.get(PATH + id + "/history?sort_order=" + order + "&limit=" + limit + cursor)
                    .json();
            page.path("data").forEach(entries::add);
            if (!page.at("/pagination/has_more").asBoolean()) return entries;
            cursor = "&cursor=" + page.at("/pagination/next_cursor").asString();
        }
    }
}
