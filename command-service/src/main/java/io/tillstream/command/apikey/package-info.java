/**
 * Making, changing, rotating and revoking API keys. Commands: {@link io.tillstream.command.apikey.ApiKeyCommand}; what
 * they make: {@link io.tillstream.events.apikey.ApiKeyEvent}. {@code ApiKeyRules} decides; the credential that the fold
 * derives is what every service checks, so that a revoked key stops everywhere.
 */
@NullMarked
package io.tillstream.command.apikey;

import org.jspecify.annotations.NullMarked;
