@NullMarked
package io.tillstream.webhook.signing;

import org.jspecify.annotations.NullMarked;
