@NullMarked
package io.tillstream.query.event;

import org.jspecify.annotations.NullMarked;
