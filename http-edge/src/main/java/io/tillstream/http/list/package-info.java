/** Lists: their query parameters, opaque cursors and the envelope. */
@NullMarked
package io.tillstream.http.list;

import org.jspecify.annotations.NullMarked;
