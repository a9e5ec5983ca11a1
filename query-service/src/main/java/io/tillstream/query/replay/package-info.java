/**
 * Replays over HTTP, for admins: {@code POST /replays} asks for them, {@code GET /replays} and {@code /replays/{id}} show how far
 * they are, {@code DELETE /replays/{id}} aborts one. The work is done in {@link io.tillstream.query.platform.Replays}.
 */
@NullMarked
package io.tillstream.query.replay;

import org.jspecify.annotations.NullMarked;
