/** What the specifications of several concepts say in the same words. */
@NullMarked
package io.tillstream.command.spec;

import org.jspecify.annotations.NullMarked;
