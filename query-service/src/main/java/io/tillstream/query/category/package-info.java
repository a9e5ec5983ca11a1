/**
 * Reads of categories. {@link io.tillstream.query.category.CategoryReads} stores the fold of
 * {@link io.tillstream.events.category.CategoryEvent}; {@link io.tillstream.query.category.CategoryQueryController} answers
 * {@code GET /categories} and {@code /categories/{id}}. Products show and filter by these documents.
 */
@NullMarked
package io.tillstream.query.category;

import org.jspecify.annotations.NullMarked;
