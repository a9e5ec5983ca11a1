/**
 * What receivers are told: {@code PublicEvents} turns a stored event into its public form, or withholds it on purpose;
 * {@code Catalogue} describes every public event, with a JSON Schema and a sample.
 */
@NullMarked
package io.tillstream.webhook.payload;

import org.jspecify.annotations.NullMarked;
