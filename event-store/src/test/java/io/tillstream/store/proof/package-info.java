@NullMarked
package io.tillstream.store.proof;

import org.jspecify.annotations.NullMarked;
