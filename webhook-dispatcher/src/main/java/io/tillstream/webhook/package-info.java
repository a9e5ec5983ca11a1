/**
 * Signs events and delivers them to the endpoints that want them: {@code endpoint} knows who wants what, {@code payload} what is
 * told, {@code signing} how it is signed, {@code delivery} when it is sent and what came of it.
 */
@NullMarked
package io.tillstream.webhook;

import org.jspecify.annotations.NullMarked;
