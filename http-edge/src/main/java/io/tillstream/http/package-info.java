/**
 * The HTTP conventions, once: who calls, what may be sent, how answers, lists and errors look. A controller states its
 * access ({@link io.tillstream.http.access.RequiresScope} and its kin), takes a {@link io.tillstream.http.Request} and
 * returns an {@link io.tillstream.http.Answer} or a {@link io.tillstream.http.list.Listing}.
 */
@NullMarked
package io.tillstream.http;

import org.jspecify.annotations.NullMarked;
