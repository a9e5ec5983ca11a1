/**
 * Reads of tags. {@link io.tillstream.query.tag.TagReads} stores the fold of
 * {@link io.tillstream.events.tag.TagEvent}; {@link io.tillstream.query.tag.TagQueryController} answers
 * {@code GET /tags} and {@code /tags/{id}}. Products show and filter by these documents.
 */
@NullMarked
package io.tillstream.query.tag;

import org.jspecify.annotations.NullMarked;
