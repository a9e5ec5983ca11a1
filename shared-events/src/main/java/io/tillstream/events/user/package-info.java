/**
 * Who may be given access: customers' accounts. Events: {@link io.tillstream.events.user.UserEvent}; they add up to
 * {@link io.tillstream.events.user.User}, which clients see with its grants as a
 * {@link io.tillstream.events.user.UserView}. An account claims its e-mail; e-mail and name are sealed with a key of its
 * own, so that a person can be forgotten.
 */
@NullMarked
package io.tillstream.events.user;

import org.jspecify.annotations.NullMarked;
