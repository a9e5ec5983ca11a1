/**
 * What {@code ./tillstream verify} is made of: checks, each of which holds one part of the stores against another and reports
 * every difference. They read a running shop through the role that can only read.
 */
@NullMarked
package io.tillstream.store.verify;

import org.jspecify.annotations.NullMarked;
