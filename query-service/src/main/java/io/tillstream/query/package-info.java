/** Projections and reads: the service, and a folder per concept. */
@NullMarked
package io.tillstream.query;

import org.jspecify.annotations.NullMarked;
