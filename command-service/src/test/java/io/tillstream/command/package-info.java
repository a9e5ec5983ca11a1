@NullMarked
package io.tillstream.command;

import org.jspecify.annotations.NullMarked;
