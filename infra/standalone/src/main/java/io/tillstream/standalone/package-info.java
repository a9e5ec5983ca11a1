/**
 * A whole shop in one JVM: the three services as one application on one port, and the servers that they need. The command line
 * ({@link io.tillstream.standalone.Tillstream}) starts one, and finds a running one by the file {@code control} in its data folder.
 */
@NullMarked
package io.tillstream.standalone;

import org.jspecify.annotations.NullMarked;
