/**
 * Giving customers access to products, and taking it. Commands: {@link io.tillstream.command.access.AccessCommand}; what
 * they make: {@link io.tillstream.events.access.AccessEvent}. {@code AccessRules} decides on the product and the account
 * as the store has them; {@code WhenAccessDueExpire} records the ends that have come,
 * {@code WhenUserErasedRevokeAccess} ends what an erased user had.
 */
@NullMarked
package io.tillstream.command.access;

import org.jspecify.annotations.NullMarked;
