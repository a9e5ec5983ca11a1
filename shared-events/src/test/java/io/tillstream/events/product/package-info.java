@NullMarked
package io.tillstream.events.product;

import org.jspecify.annotations.NullMarked;
