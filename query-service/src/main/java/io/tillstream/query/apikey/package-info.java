/**
 * Reads of API keys. {@link io.tillstream.query.apikey.ApiKeyReads} stores the fold of
 * {@link io.tillstream.events.apikey.ApiKeyEvent}; {@link io.tillstream.query.apikey.ApiKeyQueryController} answers
 * {@code GET /api-keys} and {@code /api-keys/{id}}, to sessions only. Use of a key is no event: every service counts it,
 * {@link io.tillstream.query.apikey.KeyUse} keeps it in a collection that no rebuild touches.
 */
@NullMarked
package io.tillstream.query.apikey;

import org.jspecify.annotations.NullMarked;
