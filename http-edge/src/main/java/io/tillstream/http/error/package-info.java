/** The one error envelope, {@code {"error":{"code","message","details"}}}, and what may put something into it. */
@NullMarked
package io.tillstream.http.error;

import org.jspecify.annotations.NullMarked;
