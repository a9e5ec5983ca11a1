/** A caller sees its own writes: the last written position of a credential, and the wait of its next reads. */
@NullMarked
package io.tillstream.http.consistency;

import org.jspecify.annotations.NullMarked;
