@NullMarked
package io.tillstream.query.user;

import org.jspecify.annotations.NullMarked;
