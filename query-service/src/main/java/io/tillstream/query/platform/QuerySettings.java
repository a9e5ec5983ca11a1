package io.tillstream.query.platform;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the read side reads from and writes to.
 *
 * @param currency the shop's, ISO 4217
 */
@ConfigurationProperties("tillstream")
public record QuerySettings(
        Mongodb mongodb,
        Kafka kafka,
        @DefaultValue("tillstream.events") String topic,
        @DefaultValue("USD") String currency) {
    /** The read store. The address may hold a password, so it is never shown. */
    public record Mongodb(
            String uri, @DefaultValue("tillstream") String database) {
        @Override
        public String toString() {
            return "Mongodb[database=" + database + "]";
        }
    }

    /** Host and port of some brokers. */
    public record Kafka(String bootstrap) {}
}
