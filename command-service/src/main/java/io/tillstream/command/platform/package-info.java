/**
 * What every command goes through: {@link io.tillstream.command.platform.CommandSender} from a request to one committed
 * transaction, {@link io.tillstream.command.platform.EventSourced} from events to a decision, and the storage engine that
 * appends events together with the rows that the folds derive. A {@link io.tillstream.command.platform.Reaction} adds commands
 * to the same transaction. Knows no concept.
 */
@NullMarked
package io.tillstream.command.platform;

import org.jspecify.annotations.NullMarked;
