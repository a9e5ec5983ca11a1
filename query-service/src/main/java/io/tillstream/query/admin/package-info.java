/** Who did something, where it was an admin. No endpoint shows admins themselves. */
@NullMarked
package io.tillstream.query.admin;

import org.jspecify.annotations.NullMarked;
