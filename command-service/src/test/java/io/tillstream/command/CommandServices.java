package io.tillstream.command;

import io.tillstream.embedded.Servers;
import io.tillstream.events.Mode;
import io.tillstream.http.Request;
import io.tillstream.http.access.Caller;
import java.util.Base64;
import java.util.UUID;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the write side on the test servers, on a database and a topic of its own. */
public final class CommandServices {
    private CommandServices() {}

    /** With a first start's admin and key, on a database and a topic of its own. */
    public static ConfigurableApplicationContext start(Class<?>... more) {
        Servers servers = Servers.temporary();
        return start(
                servers.postgres().newDatabase(),
                servers.kafka().bootstrap(),
                "events-" + UUID.randomUUID(),
                true,
                more);
    }

    /** Without a first start, so that the first event is a test's own. */
    public static ConfigurableApplicationContext startEmpty(String postgresUrl, String kafka, String topic) {
        return start(postgresUrl, kafka, topic, false);
    }

    private static ConfigurableApplicationContext start(
            String postgresUrl, String kafka, String topic, boolean firstStart, Class<?>... more) {
        Servers servers = Servers.temporary();
        return new SpringApplicationBuilder(CommandService.class)
                .sources(more)
                .web(WebApplicationType.REACTIVE)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "tillstream.generate=" + firstStart,
                        "logging.level.root=warn",
                        "tillstream.postgres.url=" + postgresUrl,
                        "tillstream.postgres.user=" + servers.postgres().user(),
                        "tillstream.postgres.password=" + servers.postgres().password(),
                        "tillstream.postgres.reader-password=reader",
                        "tillstream.postgres.webhooks-password=webhooks",
                        "tillstream.kafka.bootstrap=" + kafka,
                        "tillstream.topic=" + topic,
                        "tillstream.redis.uri=" + servers.redis().uri(),
                        "tillstream.master-key=" + Base64.getEncoder().encodeToString(new byte[32]))
                .run();
    }

    /** A request of an admin's session in a mode. */
    public static Request.Builder request(String method, String path, Mode mode) {
        return Request.builder(method, path)
                .caller(Caller.admin(UUID.nameUUIDFromBytes(new byte[] {1}), "tester", mode))
                .requestId(UUID.randomUUID().toString());
    }
}
