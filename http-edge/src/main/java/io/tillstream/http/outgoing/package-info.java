/** Where requests of ours may go: addresses that clients chose must not lead into the operator's own networks. */
@NullMarked
package io.tillstream.http.outgoing;

import org.jspecify.annotations.NullMarked;
