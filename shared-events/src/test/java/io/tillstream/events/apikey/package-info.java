@NullMarked
package io.tillstream.events.apikey;

import org.jspecify.annotations.NullMarked;
