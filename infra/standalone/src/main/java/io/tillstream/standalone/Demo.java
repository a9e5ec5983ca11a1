package io.tillstream.standalone;

import io.tillstream.standalone.ApiClient.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code ./tillstream demo}: goods, customers and grants through the REST API, then what came of them. */
final class Demo {
    static final Set<String> OPTIONS = Set.of("data", "url", "key");
    private static final int SHOWN = 8;

    private final ApiClient shop;
    private final Console console;
    private final List<String> refusals = new ArrayList<>();

    private Demo(ApiClient shop, Console console) {
        this.shop = shop;
        this.console = console;
    }

    static int run(Arguments arguments, Path folder, Console console) {
        String given = arguments.get("url");
        @Nullable RunningShop running = given == null ? RunningShop.on(folder) : null;
        String url = running == null ? given == null ? "" : given : running.url();
        String key = arguments.get("key", "TILLSTREAM_API_KEY");
        try (ApiClient shop = new ApiClient(url, key == null ? DataFolder.apiKey(folder) : key)) {
            if (running == null) return new Demo(shop, console).fill(url);
            try (TopicReader topic = new TopicReader(running.kafka(), Backends.TOPIC)) {
                topic.fromNow();
                int status = new Demo(shop, console).fill(url);
                topic.show(console, SHOWN);
                return status;
            }
        }
    }

    private int fill(String url) {
        console.say("Filling the shop at " + url + " through its REST API\n");
        Map<String, String> categories = make(
                "Categories",
                "/categories",
                "slug",
                Goods.CATEGORIES,
                Goods.Category::slug,
                c -> Map.of("name", c.name(), "slug", c.slug(), "description", c.description()));
        Map<String, String> tags = make(
                "Tags", "/tags", "slug", Goods.TAGS, Goods.Tag::slug, t -> Map.of("name", t.name(), "slug", t.slug()));
        Map<String, String> products = make(
                "Products",
                "/products",
                "slug",
                Goods.PRODUCTS,
                Goods.Product::slug,
                p -> product(p, categories, tags));
        Map<String, String> customers = make(
                "Customers",
                "/users",
                "email",
                Goods.CUSTOMERS,
                Goods.Customer::email,
                c -> Map.of("email", c.email(), "name", c.name()));
        grant(products, customers);
        showReadModels();
        refusals.forEach(console::say);
        return refusals.isEmpty() ? 0 : 1;
    }

    private static Map<String, Object> product(
            Goods.Product product, Map<String, String> categories, Map<String, String> tags) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", product.name());
        body.put("slug", product.slug());
        body.put("icon", product.icon());
        body.put("price", product.price());
        body.put("currency", product.currency());
        body.put("description", product.description());
        body.put("is_featured", product.tags().contains("bestseller"));
        body.put("features", List.of(Map.of("title", "What you get", "items", List.of(product.description()))));
        body.put("categories", known(categories, List.of(product.category())));
        body.put("tags", known(tags, product.tags()));
        return body;
    }

    private static List<String> known(Map<String, String> ids, List<String> names) {
        return names.stream().filter(ids::containsKey).map(ids::get).toList();
    }

    /** Creates what isn't there, and gives the id by name of all of them. */
    private <T> Map<String, String> make(
            String title,
            String path,
            String name,
            List<T> wanted,
            Function<T, String> nameOf,
            Function<T, Map<String, Object>> body) {
        Map<String, String> ids = shop.all(path).stream()
                .collect(Collectors.toMap(
                        item -> item.path(name).asString(""),
                        item -> item.path("id").asString(""),
                        (a, _) -> a,
                        HashMap::new));
        int created = 0;
        @Nullable Answer shown = null;
        for (T each : wanted) {
            if (ids.containsKey(nameOf.apply(each))) continue;
            Answer answer = shop.post(path, body.apply(each));
            if (answer.done()) {
                ids.put(nameOf.apply(each), answer.id());
                created++;
                if (shown == null) shown = answer;
            } else {
                refused("POST /api/v1" + path + " (" + nameOf.apply(each) + ")", answer);
            }
        }
        told(title, wanted.size(), created);
        if (shown != null)
            console.say("    POST /api/v1" + path + " answered " + shown.status() + " " + brief(shown.body()));
        return ids;
    }

    private void grant(Map<String, String> products, Map<String, String> customers) {
        int granted = 0;
        @Nullable Answer shown = null;
        Map<String, Set<String>> had = new HashMap<>();
        for (Goods.Grant grant : Goods.GRANTS) {
            String customer = customers.get(grant.email());
            String product = products.get(grant.product());
            if (customer == null || product == null) continue;
            String path = "/users/" + customer + "/access";
            Set<String> known = had.computeIfAbsent(
                    customer,
                    _ -> shop.all(path).stream()
                            .map(access -> access.path("product_id").asString(""))
                            .collect(Collectors.toSet()));
            if (known.contains(product)) continue;
            Map<String, Object> body = new HashMap<>();
            body.put("product_id", product);
            if (grant.days() != null) body.put("access_duration_days", grant.days());
            Answer answer = shop.post(path, body);
            if (answer.done()) {
                granted++;
                if (shown == null) shown = answer;
            } else {
                refused("POST /api/v1" + path, answer);
            }
        }
        told("Grants", Goods.GRANTS.size(), granted);
        if (shown != null)
            console.say("    POST /api/v1/users/…/access answered " + shown.status() + " " + brief(shown.body()));
    }

    private void told(String title, int wanted, int created) {
        console.say(String.format(
                Locale.ROOT,
                "  %-11s %2d: %d made, %d there already or refused",
                title,
                wanted,
                created,
                wanted - created));
    }

    private void refused(String what, Answer answer) {
        refusals.add(what + " answered " + answer.status() + " " + brief(answer.body()));
    }

    private void showReadModels() {
        console.say("\nWhat the read side says, GET /api/v1/products?limit=" + SHOWN);
        for (JsonNode product : shop.get("/products?limit=" + SHOWN).data()) {
            console.say(String.format(
                    Locale.ROOT,
                    "  %-34s %7.2f %s  %s",
                    product.path("name").asString(""),
                    product.path("price").asInt(0) / 100.0,
                    product.path("currency").asString(""),
                    product.path("slug").asString("")));
        }
        console.say("\nGET /api/v1/users?limit=" + SHOWN);
        for (JsonNode user : shop.get("/users?limit=" + SHOWN).data()) {
            console.say(String.format(
                    Locale.ROOT,
                    "  %-34s %2d products, worth %s",
                    user.path("email").asString(""),
                    user.path("stats").path("total_products").asInt(0),
                    worth(user.path("stats").path("total_values"))));
        }
    }

    private static String brief(JsonNode body) {
        String text = body.toString();
        return text.length() <= 160 ? text : text.substring(0, 160) + "…";
    }

    /** Sums of two-decimal currencies, each for itself. */
    private static String worth(JsonNode totals) {
        return totals.valueStream()
                .map(total -> String.format(
                        Locale.ROOT,
                        "%.2f %s",
                        total.path("value").asLong(0) / 100.0,
                        total.path("currency").asString("")))
                .collect(Collectors.joining(" and "));
    }
}
