/** Answers that go on, as {@code text/event-stream}: what keeps them going, bounded, and ends them. */
@NullMarked
package io.tillstream.http.stream;

import org.jspecify.annotations.NullMarked;
