@NullMarked
package io.tillstream.embedded.documents;

import org.jspecify.annotations.NullMarked;
