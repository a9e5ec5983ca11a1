package io.tillstream.command.heads;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What becomes of signed heads.
 *
 * @param headsFile each head is appended to it too; null for none
 */
@ConfigurationProperties("tillstream")
public record HeadsSettings(@Nullable String headsFile) {}
