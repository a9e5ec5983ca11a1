/** Admin sessions in Redis, their cookie, and the brake on guessing passwords. */
@NullMarked
package io.tillstream.http.session;

import org.jspecify.annotations.NullMarked;
