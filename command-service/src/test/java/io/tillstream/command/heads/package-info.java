@NullMarked
package io.tillstream.command.heads;

import org.jspecify.annotations.NullMarked;
