@NullMarked
package io.tillstream.events.access;

import org.jspecify.annotations.NullMarked;
