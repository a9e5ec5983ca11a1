@NullMarked
package io.tillstream.command.apikey;

import org.jspecify.annotations.NullMarked;
