@NullMarked
package io.tillstream.command.tag;

import org.jspecify.annotations.NullMarked;
