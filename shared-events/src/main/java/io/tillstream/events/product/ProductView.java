package io.tillstream.events.product;

import io.tillstream.events.Flat;
import io.tillstream.events.OmitNull;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A product as clients see it, whether a command, a read or time travel answers.
 *
 * @param categories null where they are not embedded
 * @param tags null where they are not embedded
 * @param bundleItemCount of list items only
 */
public record ProductView(
        @Flat Product product,
        @OmitNull @Nullable List<Label> categories,
        @OmitNull @Nullable List<Label> tags,
        @OmitNull @Nullable Integer bundleItemCount) {}
