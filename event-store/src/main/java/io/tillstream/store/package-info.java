/**
 * The event store: its tables, the tail (all events in order, never past the horizon), the prefix of one aggregate, the
 * rows derived from folds, and the sealing of personal data. Knows no rule and no HTTP.
 */
@NullMarked
package io.tillstream.store;

import org.jspecify.annotations.NullMarked;
