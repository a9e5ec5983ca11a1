@NullMarked
package io.tillstream.query.proof;

import org.jspecify.annotations.NullMarked;
