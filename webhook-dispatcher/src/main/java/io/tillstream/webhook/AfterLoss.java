package io.tillstream.webhook;

/** What becomes of history that was taken in already, as the event store knows, but not as the schema {@code webhooks} says. */
public enum AfterLoss {
    /** Nothing is delivered until the operator has decided. */
    HOLD,
    /** It counts as delivered: numbers go on where they were, and only what is new is sent. */
    SKIP,
    /** It is delivered once more, with the message ids and numbers of the first time. */
    DELIVER
}
