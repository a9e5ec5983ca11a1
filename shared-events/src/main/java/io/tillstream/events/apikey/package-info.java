/**
 * What programs authenticate with. Events: {@link io.tillstream.events.apikey.ApiKeyEvent}; they add up to
 * {@link io.tillstream.events.apikey.ApiKey}, which its owner sees as an {@link io.tillstream.events.apikey.ApiKeyView}.
 * A key belongs to the shop and acts on live or test data; its credential, a derived row, is what every service checks.
 */
@NullMarked
package io.tillstream.events.apikey;

import org.jspecify.annotations.NullMarked;
