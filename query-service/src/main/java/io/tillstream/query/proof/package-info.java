/**
 * Proofs that history was not touched: an event with its path to a signed tree head, and the heads with the proofs that each
 * begins with the one before. Answered from the event store itself, through the role that can only read.
 */
@NullMarked
package io.tillstream.query.proof;

import org.jspecify.annotations.NullMarked;
