/** Describes the API and the events from the code, and compares that with what is committed. */
@NullMarked
package io.tillstream.standalone.openapi;

import org.jspecify.annotations.NullMarked;
