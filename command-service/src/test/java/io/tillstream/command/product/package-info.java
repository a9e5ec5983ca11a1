@NullMarked
package io.tillstream.command.product;

import org.jspecify.annotations.NullMarked;
