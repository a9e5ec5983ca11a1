/**
 * What a shop sells. Events: {@link io.tillstream.events.product.ProductEvent}; they add up to
 * {@link io.tillstream.events.product.Product}. A product claims its slug and refers to the products it bundles; grants
 * refer to it, so a product that somebody was given can't be deleted, only deactivated.
 */
@NullMarked
package io.tillstream.events.product;

import org.jspecify.annotations.NullMarked;
