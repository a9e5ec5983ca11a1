package io.tillstream.http.error;

/** One reason a decision says no. Each concept lists its own in an enum beside its rules. */
public interface Refusal {
    ErrorCode code();

    String message();
}
