/**
 * The read side's engine. A {@link io.tillstream.query.platform.Follower} reads the topic, and the store where the topic has
 * a hole; a {@link io.tillstream.query.platform.Feed} brings one {@link io.tillstream.query.platform.Projection} into one
 * collection; {@link io.tillstream.query.platform.Documents} is what controllers read, always within the caller's mode.
 *
 * <p>A document is what a projection's events add up to, as JSON text, which carries any key a client may choose; beside it
 * stand {@code mode}, {@code deleted}, {@code sequence}, the {@code position} of the last event in it, and the values that
 * lists filter, sort and search by. Collections are {@code <name>_v<version>[_<generation>]}, behind a document in
 * {@code pointers}; {@code checkpoints} and {@code parked} stand beside them. All of it can be thrown away.
 *
 * <p>{@link io.tillstream.query.platform.Replays} builds a projection anew into the next generation: asked for by a document, carried
 * out by any instance's {@code Rebuilder}, and tidied up after by every instance's {@code Caretaker}.
 *
 * <p>What was, and what happened, {@link io.tillstream.http.history} folds by the same projections from the event store.
 */
@NullMarked
package io.tillstream.query.platform;

import org.jspecify.annotations.NullMarked;
