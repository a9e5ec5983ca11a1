@NullMarked
package io.tillstream.events.envelope;

import org.jspecify.annotations.NullMarked;
