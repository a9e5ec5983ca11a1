/**
 * From events to receivers. {@code Intake} turns history into numbered deliveries, in order and once; {@code Sending} claims what
 * is due and records what became of it; {@code Client} makes one attempt; {@code Outcome} says what follows from it.
 */
@NullMarked
package io.tillstream.webhook.delivery;

import org.jspecify.annotations.NullMarked;
