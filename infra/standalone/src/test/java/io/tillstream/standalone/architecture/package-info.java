/** Holds the code against its own rules: which module and concept may know which. */
@NullMarked
package io.tillstream.standalone.architecture;

import org.jspecify.annotations.NullMarked;
