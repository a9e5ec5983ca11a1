/** Forms of text that clients send: ids, timestamps, header values, and strings that every store can keep. */
@NullMarked
package io.tillstream.http.text;

import org.jspecify.annotations.NullMarked;
