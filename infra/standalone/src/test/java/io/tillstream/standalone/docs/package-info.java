/** Holds what the documentation names against what there is. */
@NullMarked
package io.tillstream.standalone.docs;

import org.jspecify.annotations.NullMarked;
