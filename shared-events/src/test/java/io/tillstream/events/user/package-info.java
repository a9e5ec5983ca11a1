@NullMarked
package io.tillstream.events.user;

import org.jspecify.annotations.NullMarked;
