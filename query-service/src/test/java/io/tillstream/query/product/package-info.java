@NullMarked
package io.tillstream.query.product;

import org.jspecify.annotations.NullMarked;
