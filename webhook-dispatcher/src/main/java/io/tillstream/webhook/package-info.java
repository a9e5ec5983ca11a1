/** Signs events and delivers them to the endpoints that want them. So far it starts, answers for its health and knows callers; no endpoint is its own yet. */
@NullMarked
package io.tillstream.webhook;

import org.jspecify.annotations.NullMarked;
