/**
 * Signs the history's tree heads ({@code store.proof}): follows the tail, adds events to the tree, and signs it at most once a
 * second while events come. One instance at a time holds the lease.
 */
@NullMarked
package io.tillstream.command.heads;

import org.jspecify.annotations.NullMarked;
