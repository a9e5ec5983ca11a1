package io.tillstream.command.platform;

/** Declares an aggregate to Axon; each concept has one as a bean. */
public record AggregateType(Class<? extends EventSourced<?, ?>> type) {}
