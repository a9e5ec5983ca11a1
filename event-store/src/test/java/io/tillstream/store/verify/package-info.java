@NullMarked
package io.tillstream.store.verify;

import org.jspecify.annotations.NullMarked;
