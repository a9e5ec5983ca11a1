@NullMarked
package io.tillstream.command.category;

import org.jspecify.annotations.NullMarked;
