/**
 * How often API keys are used: counted in memory, added up in Redis every second by every service, taken from there by the
 * one that keeps it. It is no event and nobody waits for it; a crash may lose the last second.
 */
@NullMarked
package io.tillstream.http.usage;

import org.jspecify.annotations.NullMarked;
