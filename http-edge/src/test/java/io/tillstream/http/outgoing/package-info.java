@NullMarked
package io.tillstream.http.outgoing;

import org.jspecify.annotations.NullMarked;
