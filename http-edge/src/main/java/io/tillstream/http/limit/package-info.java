/** How many requests a key has left, counted in Redis, or locally while Redis is away. */
@NullMarked
package io.tillstream.http.limit;

import org.jspecify.annotations.NullMarked;
