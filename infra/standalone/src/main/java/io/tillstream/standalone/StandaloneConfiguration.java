package io.tillstream.standalone;

import io.tillstream.command.CommandServiceConfiguration;
import io.tillstream.query.QueryServiceConfiguration;
import io.tillstream.webhook.WebhookDispatcherConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The three services in one application, on one port. */
@Configuration
@EnableAutoConfiguration
@Import({CommandServiceConfiguration.class, QueryServiceConfiguration.class, WebhookDispatcherConfiguration.class})
class StandaloneConfiguration {}
