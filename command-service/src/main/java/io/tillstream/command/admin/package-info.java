/**
 * Admins, their passwords, signing in and out, and what the first start makes. Commands:
 * {@link io.tillstream.command.admin.AdminCommand}; what they make: {@link io.tillstream.events.admin.AdminEvent}. A
 * password's hash (Argon2id) is a secret beside the events.
 */
@NullMarked
package io.tillstream.command.admin;

import org.jspecify.annotations.NullMarked;
