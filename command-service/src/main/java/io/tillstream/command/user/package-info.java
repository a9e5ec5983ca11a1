/**
 * Making customers' accounts, and erasing whom they are about. Commands: {@link io.tillstream.command.user.UserCommand}; what they make:
 * {@link io.tillstream.events.user.UserEvent}. The claim on the e-mail makes it unique. What an account may use is
 * {@code access}.
 */
@NullMarked
package io.tillstream.command.user;

import org.jspecify.annotations.NullMarked;
