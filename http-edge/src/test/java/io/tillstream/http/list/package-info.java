@NullMarked
package io.tillstream.http.list;

import org.jspecify.annotations.NullMarked;
