/**
 * The event feed: all of history, of every concept, as it leaves the system.
 * {@link io.tillstream.query.event.EventQueryController} answers {@code GET /events}, page by page or, asked for
 * {@code text/event-stream}, as a stream that goes on ({@link io.tillstream.query.event.EventsFrom}). It reads the event store
 * up to the horizon and no projection; filters and envelope are those of {@code ./tillstream export} and of the topic.
 */
@NullMarked
package io.tillstream.query.event;

import org.jspecify.annotations.NullMarked;
