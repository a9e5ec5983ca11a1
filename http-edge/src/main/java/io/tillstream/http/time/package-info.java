/** Reading the past: what a request says of the instant or version that it wants to see. */
@NullMarked
package io.tillstream.http.time;

import org.jspecify.annotations.NullMarked;
