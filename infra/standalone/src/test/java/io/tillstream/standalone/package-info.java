@NullMarked
package io.tillstream.standalone;

import org.jspecify.annotations.NullMarked;
