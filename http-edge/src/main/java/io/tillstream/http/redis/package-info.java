/** The one connection to Redis. It may be away: then it is told at once, and asked again after a short rest. */
@NullMarked
package io.tillstream.http.redis;

import org.jspecify.annotations.NullMarked;
