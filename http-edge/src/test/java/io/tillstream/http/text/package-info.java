@NullMarked
package io.tillstream.http.text;

import org.jspecify.annotations.NullMarked;
