/**
 * Commands on products: create, update, delete. Rules: {@link io.tillstream.command.product.ProductRules}; refusals:
 * {@link io.tillstream.command.product.ProductRefusal}. Events are those of {@code io.tillstream.events.product}; the
 * product projection and whoever embeds a product's name or price listen.
 */
@NullMarked
package io.tillstream.command.product;

import org.jspecify.annotations.NullMarked;
