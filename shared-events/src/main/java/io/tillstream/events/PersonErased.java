package io.tillstream.events;

/**
 * An event that erases the person whose id its aggregate has. From then on nothing that is kept beside the events may show
 * that person; the events themselves read as if he had had no e-mail and no name, since his key is destroyed with it.
 */
public interface PersonErased extends DomainEvent {}
