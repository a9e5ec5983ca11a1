@NullMarked
package io.tillstream.query.platform;

import org.jspecify.annotations.NullMarked;
