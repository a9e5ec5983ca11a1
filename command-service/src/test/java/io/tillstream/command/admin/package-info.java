@NullMarked
package io.tillstream.command.admin;

import org.jspecify.annotations.NullMarked;
