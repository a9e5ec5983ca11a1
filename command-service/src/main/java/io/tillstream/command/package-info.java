/** The write side as a service of its own, or as a part of one application. */
@NullMarked
package io.tillstream.command;

import org.jspecify.annotations.NullMarked;
