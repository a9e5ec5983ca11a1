package io.tillstream.http.error;

/** Tells which failures mean that a backend is away, which is answered 503. A service has one as a bean for each of its backends. */
@FunctionalInterface
public interface Unavailability {
    /** Asked for a failure and each of its causes. */
    boolean means(Throwable failure);
}
