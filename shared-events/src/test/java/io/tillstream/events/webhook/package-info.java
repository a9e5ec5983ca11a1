@NullMarked
package io.tillstream.events.webhook;

import org.jspecify.annotations.NullMarked;
