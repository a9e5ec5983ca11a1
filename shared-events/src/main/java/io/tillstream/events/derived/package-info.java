/**
 * The rows that an aggregate's state implies beside its events: claims, references, a due time, a credential. A state
 * computes them, the appender writes the difference in the transaction of the events, and no command has code for it.
 */
@NullMarked
package io.tillstream.events.derived;

import org.jspecify.annotations.NullMarked;
