@NullMarked
package io.tillstream.command.webhook;

import org.jspecify.annotations.NullMarked;
