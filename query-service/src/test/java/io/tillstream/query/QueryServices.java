package io.tillstream.query;

import io.tillstream.embedded.MongoServer;
import io.tillstream.embedded.Servers;
import io.tillstream.query.platform.TestLog;
import java.util.Base64;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Query services on a log and a read store of a test's own. */
public final class QueryServices {
    private QueryServices() {}

    /** One on a free port, with further sources of beans. */
    public static ConfigurableApplicationContext start(TestLog log, MongoServer mongo, Class<?>... more) {
        Servers servers = Servers.temporary();
        return new SpringApplicationBuilder(QueryService.class)
                .sources(more)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "logging.level.root=warn",
                        "tillstream.shop=mine",
                        "tillstream.postgres.url=" + log.url,
                        "tillstream.postgres.reader-password=reader",
                        "tillstream.kafka.bootstrap=" + servers.kafka().bootstrap(),
                        "tillstream.topic=" + log.topic,
                        "tillstream.mongodb.uri=" + mongo.uri(),
                        "tillstream.redis.uri=" + servers.redis().uri(),
                        "tillstream.master-key=" + Base64.getEncoder().encodeToString(new byte[32]))
                .run();
    }

    public static String url(ConfigurableApplicationContext service) {
        return "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
    }
}
