package io.tillstream.webhook;

import io.tillstream.http.HttpEdgeConfiguration;
import io.tillstream.store.EventStoreConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The dispatcher: so far the edge, and the store that credentials are read from. */
@Configuration
@Import({EventStoreConfiguration.class, HttpEdgeConfiguration.class})
public class WebhookDispatcherConfiguration {}
