/** Requests that are sent twice and take effect once: {@code Idempotency-Key}. Whoever has tables and transactions uses it. */
@NullMarked
package io.tillstream.http.idempotency;

import org.jspecify.annotations.NullMarked;
