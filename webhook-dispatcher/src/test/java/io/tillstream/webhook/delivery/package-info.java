@NullMarked
package io.tillstream.webhook.delivery;

import org.jspecify.annotations.NullMarked;
