@NullMarked
package io.tillstream.webhook.payload;

import org.jspecify.annotations.NullMarked;
