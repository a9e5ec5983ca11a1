/** How an event leaves the process: its envelope, its metadata and its JSON. The only place that knows Jackson. */
@NullMarked
package io.tillstream.events.envelope;

import org.jspecify.annotations.NullMarked;
