package io.tillstream.webhook.delivery;

import static io.tillstream.webhook.delivery.DispatcherShop.await;
import static java.util.Objects.requireNonNull;

import io.tillstream.webhook.delivery.DispatcherShop.Reply;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** A webhook of a shop, and what becomes of its deliveries. */
record ShopWebhook(DispatcherShop shop, Reply made) {
    static final String LOGS = "/api/v1/webhooks/logs";

    static String path(JsonNode log) {
        return LOGS + "/" + log.path("id").asString();
    }

    String path() {
        return "/api/v1/webhooks/" + id();
    }

    String id() {
        return made.id();
    }

    UUID uuid() {
        return UUID.fromString(id());
    }

    String secret() {
        return made.text("secret");
    }

    JsonNode shown() {
        return shop.get(path()).data();
    }

    JsonNode stats() {
        return shop.get(path() + "/stats").data();
    }

    void awaitStats(String field, int count) {
        await().until(() -> stats().path(field).asInt() == count);
    }

    Reply patch(String body) {
        return shop.patch(path(), body);
    }

    Reply post(String what, String body) {
        return shop.post(path() + what, body);
    }

    /** Its deliveries, the newest first. */
    List<JsonNode> logs() {
        return shop.get(LOGS + "?limit=100&endpoint_id=" + id())
                .data()
                .valueStream()
                .toList();
    }

    List<JsonNode> logs(String status) {
        return logs().stream()
                .filter(log -> log.path("status").asString().equals(status))
                .toList();
    }

    void awaitLogs(String status, int count) {
        await().until(() -> logs(status).size() == count);
    }

    JsonNode newest() {
        return shop.get(LOGS + "?limit=1&endpoint_id=" + id()).data().path(0);
    }

    /** The one with a number; missing where there is none. */
    JsonNode delivery(long number) {
        return logs().stream()
                .filter(log -> log.path("sequence").asLong() == number)
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    String status(long number) {
        return delivery(number).path("status").asString();
    }

    /** Of its newest delivery, as it is then. */
    JsonNode awaitStatus(String status) {
        return await().until(this::newest, log -> log.path("status").asString().equals(status));
    }

    /** Because its receiver is gone. */
    void awaitSuspended() {
        await().until(() -> shown().path("suspension").asString().contains("410"));
    }

    long queued() {
        return shop.count("queue where endpoint_id = '%s'".formatted(id()));
    }

    /** When its attempts began. */
    List<Instant> starts() {
        return shop.jdbc()
                .sql("select a.started_at from all_attempts a join deliveries d on d.id = a.delivery_id"
                        + " where d.endpoint_id = :id order by a.started_at")
                .param("id", uuid())
                .query((rs, n) -> requireNonNull(rs.getTimestamp(1)).toInstant())
                .list();
    }

    /** As their days do at the end of their retention. */
    void drop(Integer... numbers) {
        shop.jdbc()
                .sql("delete from deliveries where endpoint_id = :id and number in (:numbers)")
                .param("id", uuid())
                .param("numbers", List.of(numbers))
                .update();
    }

    /** So many more deliveries like its first one, as if their events had happened while its receiver was down. */
    void pileUp(int more) {
        shop.jdbc()
                .sql("with made as (insert into deliveries (id, endpoint_id, mode, number, message_id, event, body,"
                        + " status, max_attempts, next_attempt_at, created_at)"
                        + " select overlay(gen_random_uuid()::text placing substr(id::text, 1, 14) from 1 for 14)::uuid,"
                        + " endpoint_id, mode, n, gen_random_uuid(), event, body, 'pending', max_attempts,"
                        + " created_at, created_at from deliveries, generate_series(2, :last) n"
                        + " where endpoint_id = :id and number = 1 returning id, endpoint_id, number, created_at)"
                        + " insert into queue (delivery_id, endpoint_id, number, due_at)"
                        + " select id, endpoint_id, number, created_at from made")
                .param("last", more + 1)
                .param("id", uuid())
                .update();
        shop.jdbc()
                .sql("update endpoints set last_number = :last where id = :id")
                .param("last", more + 1)
                .param("id", uuid())
                .update();
    }
}
