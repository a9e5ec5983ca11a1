/**
 * A word that products are found by. Events: {@link io.tillstream.events.tag.TagEvent}; they add up to
 * {@link io.tillstream.events.tag.Tag}. It claims its slug. Products name it by id; deleting it takes it off them, so
 * nothing holds it back.
 */
@NullMarked
package io.tillstream.events.tag;

import org.jspecify.annotations.NullMarked;
