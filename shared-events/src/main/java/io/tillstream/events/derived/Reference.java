package io.tillstream.events.derived;

import java.util.UUID;

/** A foreign key: {@code name} says what the target is to the referrer, such as {@code access.product}. */
public record Reference(String name, UUID target) {}
