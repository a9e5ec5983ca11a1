@NullMarked
package io.tillstream.store;

import org.jspecify.annotations.NullMarked;
