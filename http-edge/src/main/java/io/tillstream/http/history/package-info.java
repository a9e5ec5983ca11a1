/**
 * One thing now and in the past, for every service that shows any. A {@link io.tillstream.http.history.Single} asks its
 * {@link io.tillstream.http.history.Source} for what is there now, and folds the events up to an instant for what was
 * ({@code Folds}); a {@link io.tillstream.http.history.Moment} says as of when whatever is embedded is meant, and
 * {@link io.tillstream.http.history.History} lists the events with what each changed. Nothing of that is stored.
 *
 * <p>An event that can't be read leaves what it belongs to as it was before, here as in the read models: what is shown from then
 * on says that it stands still.
 */
@NullMarked
package io.tillstream.http.history;

import org.jspecify.annotations.NullMarked;
