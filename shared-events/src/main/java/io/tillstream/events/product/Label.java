package io.tillstream.events.product;

import java.util.UUID;

/** A category or tag as a product shows it. */
public record Label(UUID id, String name, String slug) {}
