/**
 * Changing categories. Commands: {@link io.tillstream.command.category.CategoryCommand}; what they make:
 * {@link io.tillstream.events.category.CategoryEvent}. {@code CategoryRules} decides; the claim on the slug makes it unique.
 */
@NullMarked
package io.tillstream.command.category;

import org.jspecify.annotations.NullMarked;
