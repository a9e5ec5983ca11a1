/**
 * Reads of customers' accounts. {@link io.tillstream.query.user.CustomerProjection} brings together an account
 * ({@link io.tillstream.events.user.UserEvent}) and its grants ({@link io.tillstream.events.access.AccessEvent}), so that
 * lists can be sorted by what the grants add up to; {@link io.tillstream.query.user.UserQueryController} answers
 * {@code GET /users} and {@code /users/{id}}.
 */
@NullMarked
package io.tillstream.query.user;

import org.jspecify.annotations.NullMarked;
