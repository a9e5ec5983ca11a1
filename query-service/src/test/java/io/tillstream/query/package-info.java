@NullMarked
package io.tillstream.query;

import org.jspecify.annotations.NullMarked;
