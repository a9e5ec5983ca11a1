/** Who calls and what they may: credentials, scopes and the access each route declares. */
@NullMarked
package io.tillstream.http.access;

import org.jspecify.annotations.NullMarked;
