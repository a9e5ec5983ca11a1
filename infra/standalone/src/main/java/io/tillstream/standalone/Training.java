package io.tillstream.standalone;

import java.util.List;
import java.util.Map;

/** What the launcher's trial run after a build asks for, so that the JVM's cache of it has the first requests' classes too. */
final class Training {
    private Training() {}

    static void run(String url, String key) {
        try (ApiClient shop = new ApiClient(url, key)) {
            String id = shop.post("/products", Map.of("name", "Trial", "slug", "trial", "price", 100))
                    .id();
            shop.post("/products", Map.of("name", ""));
            for (String path :
                    List.of("/products", "/products/" + id, "/users", "/tags", "/categories", "/openapi.json")) {
                shop.get(path);
            }
        }
    }
}
