@NullMarked
package io.tillstream.embedded;

import org.jspecify.annotations.NullMarked;
