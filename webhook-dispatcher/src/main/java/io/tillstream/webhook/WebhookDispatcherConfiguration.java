package io.tillstream.webhook;

import io.tillstream.http.HttpEdgeConfiguration;
import io.tillstream.http.outgoing.OutgoingConfiguration;
import io.tillstream.store.EventStoreConfiguration;
import io.tillstream.webhook.delivery.DeliveryConfiguration;
import io.tillstream.webhook.endpoint.EndpointConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The dispatcher: the edge, the store that it reads, and what it makes of it. */
@Configuration
@EnableConfigurationProperties(WebhookSettings.class)
@Import({
    EventStoreConfiguration.class,
    HttpEdgeConfiguration.class,
    OutgoingConfiguration.class,
    EndpointConfiguration.class,
    DeliveryConfiguration.class
})
public class WebhookDispatcherConfiguration {}
