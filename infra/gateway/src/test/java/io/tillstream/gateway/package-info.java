/** Runs the gateway's configuration in a real nginx. */
@NullMarked
package io.tillstream.gateway;

import org.jspecify.annotations.NullMarked;
