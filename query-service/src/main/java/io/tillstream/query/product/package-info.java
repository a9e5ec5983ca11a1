/**
 * Reads of products. {@link io.tillstream.query.product.ProductReads} stores the fold of
 * {@link io.tillstream.events.product.ProductEvent}; {@link io.tillstream.query.product.ProductQueryController} answers
 * {@code GET /products} and {@code /products/{id}}. Categories and tags are embedded from their own documents, as they are
 * at that moment. Grants, bundles and carts show products from these documents too.
 */
@NullMarked
package io.tillstream.query.product;

import org.jspecify.annotations.NullMarked;
