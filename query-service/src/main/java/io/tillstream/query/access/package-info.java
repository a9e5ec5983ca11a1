/**
 * Reads of customers' access to products. {@link io.tillstream.query.access.AccessReads} stores the fold of
 * {@link io.tillstream.events.access.AccessEvent}; {@link io.tillstream.query.access.AccessQueryController} answers
 * {@code GET /users/{id}/access} and {@code /users/{id}/access/{accessId}} with the product as it is now, and says whether the
 * end has come by the clock, not by an event.
 */
@NullMarked
package io.tillstream.query.access;

import org.jspecify.annotations.NullMarked;
