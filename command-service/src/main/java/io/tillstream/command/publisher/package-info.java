/**
 * Publishes every event to Kafka, in order: one run of the tail after another, noted when acknowledged. One instance at a
 * time holds the lease. A crash repeats a run and never skips one.
 */
@NullMarked
package io.tillstream.command.publisher;

import org.jspecify.annotations.NullMarked;
