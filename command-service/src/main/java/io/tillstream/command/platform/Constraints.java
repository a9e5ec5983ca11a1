package io.tillstream.command.platform;

import io.tillstream.http.error.Refusal;
import java.util.Map;

/**
 * What it means when one concept's constraints are violated.
 *
 * @param refusals by the name of a claim or reference, or by an aggregate type that others still refer to
 */
public record Constraints(Map<String, Refusal> refusals) {}
