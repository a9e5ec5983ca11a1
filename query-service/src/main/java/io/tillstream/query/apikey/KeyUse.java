package io.tillstream.query.apikey;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.max;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import io.tillstream.http.usage.KeyUses;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** How often API keys were used, and when last: a collection that is added to, beside the projections. */
final class KeyUse {
    /** @param lastIp null when the address isn't known */
    record Used(
            long count, @Nullable Instant lastAt, @Nullable String lastIp) {
        static final Used NEVER = new Used(0, null, null);
    }

    private final MongoCollection<Document> uses;

    KeyUse(MongoDatabase database) {
        this.uses = database.getCollection("usage");
    }

    Map<UUID, Used> of(Collection<UUID> keys) {
        Map<UUID, Used> used = new HashMap<>();
        for (Document document :
                uses.find(in("_id", keys.stream().map(UUID::toString).toList()))) {
            Date last = document.getDate("last_used_at");
            used.put(
                    UUID.fromString(document.getString("_id")),
                    new Used(
                            document.getLong("count"),
                            last == null ? null : last.toInstant(),
                            document.getString("last_used_ip")));
        }
        return used;
    }

    /**
     * Adds uses of several keys at a time. Where the store doesn't answer, nobody knows which it has added.
     *
     * @return the keys for which that failed
     */
    Set<UUID> add(Map<UUID, KeyUses.Use> more) {
        List<UUID> keys = List.copyOf(more.keySet());
        List<UpdateOneModel<Document>> each = new ArrayList<>(keys.size());
        more.forEach((key, use) -> {
            List<Bson> updates =
                    new ArrayList<>(List.of(inc("count", use.count()), max("last_used_at", Date.from(use.lastAt()))));
            if (use.lastIp() != null) updates.add(set("last_used_ip", use.lastIp()));
            each.add(new UpdateOneModel<>(eq(key.toString()), combine(updates), new UpdateOptions().upsert(true)));
        });
        try {
            uses.bulkWrite(each, new BulkWriteOptions().ordered(false));
            return Set.of();
        } catch (MongoBulkWriteException e) {
            return e.getWriteErrors().stream()
                    .map(failed -> keys.get(failed.getIndex()))
                    .collect(Collectors.toSet());
        }
    }
}
