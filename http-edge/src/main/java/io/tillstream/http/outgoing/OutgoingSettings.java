package io.tillstream.http.outgoing;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which of the operator's own networks webhooks may go to.
 *
 * @param allow address ranges, such as {@code 10.1.0.0/16}; plain HTTP is allowed there too
 */
@ConfigurationProperties("tillstream.webhook")
public record OutgoingSettings(@DefaultValue List<String> allow) {}
