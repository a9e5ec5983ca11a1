/**
 * Who runs the shop. Events: {@link io.tillstream.events.admin.AdminEvent}; they add up to
 * {@link io.tillstream.events.admin.Admin}. An admin belongs to the shop as a whole and claims an e-mail; the password's
 * hash is a secret beside the events, so that changing it leaves no trace of the old one.
 */
@NullMarked
package io.tillstream.events.admin;

import org.jspecify.annotations.NullMarked;
