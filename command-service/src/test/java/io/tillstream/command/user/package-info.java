@NullMarked
package io.tillstream.command.user;

import org.jspecify.annotations.NullMarked;
