/** How a receiver knows that a delivery is this shop's: the headers of Standard Webhooks, and those of the reference API. */
@NullMarked
package io.tillstream.webhook.signing;

import org.jspecify.annotations.NullMarked;
