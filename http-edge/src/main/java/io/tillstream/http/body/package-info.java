/**
 * Request bodies. A {@link io.tillstream.http.body.Body} is a table of fields, declared once: it checks and normalises
 * what a client sent into {@link io.tillstream.http.body.Values}, and is the source of the OpenAPI schema.
 */
@NullMarked
package io.tillstream.http.body;

import org.jspecify.annotations.NullMarked;
