/**
 * A shelf of the shop. Events: {@link io.tillstream.events.category.CategoryEvent}; they add up to
 * {@link io.tillstream.events.category.Category}. It claims its slug. Products name it by id; deleting it takes it off them, so
 * nothing holds it back.
 */
@NullMarked
package io.tillstream.events.category;

import org.jspecify.annotations.NullMarked;
