@NullMarked
package io.tillstream.query.apikey;

import org.jspecify.annotations.NullMarked;
