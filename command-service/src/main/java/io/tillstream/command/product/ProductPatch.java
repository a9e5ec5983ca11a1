package io.tillstream.command.product;

import io.tillstream.http.body.Values;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which of a product's fields a request sets, and to what. */
record ProductPatch(Values values) {
    boolean sets(String field) {
        return values.has(field);
    }

    List<UUID> ids(String field) {
        @Nullable List<UUID> ids = values.uuids(field);
        return ids == null ? List.of() : ids;
    }

    ProductDraft onto(ProductDraft draft) {
        return draft.with(values.json());
    }
}
