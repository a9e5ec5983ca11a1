@NullMarked
package io.tillstream.events;

import org.jspecify.annotations.NullMarked;
