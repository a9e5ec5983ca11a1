/**
 * Who may use what, and until when. Events: {@link io.tillstream.events.access.AccessEvent}; they add up to
 * {@link io.tillstream.events.access.Access}, which clients see as an {@link io.tillstream.events.access.AccessView}. A
 * grant claims its pair of user and product until it is revoked, refers to both for ever, and is due when it expires.
 */
@NullMarked
package io.tillstream.events.access;

import org.jspecify.annotations.NullMarked;
