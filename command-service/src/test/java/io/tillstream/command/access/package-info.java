@NullMarked
package io.tillstream.command.access;

import org.jspecify.annotations.NullMarked;
