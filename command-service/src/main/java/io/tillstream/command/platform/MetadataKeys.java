package io.tillstream.command.platform;

import io.tillstream.http.trace.Traces;

/** The metadata that a command hands on to its events, and what it keeps to itself. */
final class MetadataKeys {
    static final String ACTOR = "actor";
    static final String REQUEST_ID = "request_id";
    static final String CORRELATION_ID = "correlation_id";
    /** The direct cause; a command that says none is the cause of its events itself. */
    static final String CAUSATION_ID = "causation_id";

    /** Where a recorded trace goes on; stored, so that it outlives the process, and shown by no path but the topic's own header. */
    static final String TRACEPARENT = Traces.TRACEPARENT;

    static final String MODE = "mode";

    /** The version that the client expects, as its If-Match has it; never stored. */
    static final String IF_MATCH = "if_match";

    private MetadataKeys() {}
}
