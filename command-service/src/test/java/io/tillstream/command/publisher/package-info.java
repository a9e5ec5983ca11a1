@NullMarked
package io.tillstream.command.publisher;

import org.jspecify.annotations.NullMarked;
