@NullMarked
package io.tillstream.http.body;

import org.jspecify.annotations.NullMarked;
