package io.tillstream.webhook.endpoint;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The reads of endpoints. */
@Configuration
@Import(WebhookQueryController.class)
public class EndpointConfiguration {}
