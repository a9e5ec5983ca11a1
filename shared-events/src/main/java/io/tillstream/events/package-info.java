/**
 * Events and what they add up to, one folder a concept. {@link io.tillstream.events.Concept} ties a concept's sealed
 * event type, its fold and its stable logical names together; {@link io.tillstream.events.Concepts} lists them all.
 * Nothing here knows Spring, Axon, HTTP or JDBC; only the {@code envelope} folder knows Jackson.
 */
@NullMarked
package io.tillstream.events;

import org.jspecify.annotations.NullMarked;
