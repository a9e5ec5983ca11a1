package io.tillstream.http.error;

import java.util.List;
import java.util.Map;

/** A decision said no. Not a failure: it is answered, not logged. */
public final class Refused extends RuntimeException {
    private final transient Refusal refusal;
    private final transient Map<String, List<String>> details;

    public Refused(Refusal refusal) {
        this(refusal, Map.of());
    }

    /**
     * What the decision found wrong, field by field.
     *
     * @param details keyed by field; empty for none
     */
    public Refused(Refusal refusal, Map<String, List<String>> details) {
        super(refusal.message(), null, false, false);
        this.refusal = refusal;
        this.details = Map.copyOf(details);
    }

    public Refusal refusal() {
        return refusal;
    }

    public Map<String, List<String>> details() {
        return details;
    }
}
