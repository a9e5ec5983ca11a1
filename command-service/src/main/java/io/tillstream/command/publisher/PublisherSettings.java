package io.tillstream.command.publisher;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where events go.
 *
 * @param topic has one partition: the topic is the history in order
 */
@ConfigurationProperties("tillstream")
public record PublisherSettings(
        Kafka kafka, @DefaultValue("tillstream.events") String topic) {
    /** How to reach the brokers: {@code host:port}, comma-separated. */
    public record Kafka(String bootstrap) {}
}
