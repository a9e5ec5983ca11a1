/**
 * Proof that history was not touched: the Merkle tree after RFC 6962 whose leaves are the stored events, in position order,
 * as far as history is settled; its signed heads; the proofs that lead from an event, or from an older head, to a head.
 * Formats and what they prove: {@code docs/proofs.md}.
 */
@NullMarked
package io.tillstream.store.proof;

import org.jspecify.annotations.NullMarked;
