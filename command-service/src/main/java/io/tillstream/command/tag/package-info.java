/**
 * Changing tags. Commands: {@link io.tillstream.command.tag.TagCommand}; what they make:
 * {@link io.tillstream.events.tag.TagEvent}. {@code TagRules} decides; the claim on the slug makes it unique.
 */
@NullMarked
package io.tillstream.command.tag;

import org.jspecify.annotations.NullMarked;
