/** The conventions, each shown by a request of a client to a little application. */
@NullMarked
package io.tillstream.http;

import org.jspecify.annotations.NullMarked;
