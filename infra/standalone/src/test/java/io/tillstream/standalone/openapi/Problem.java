package io.tillstream.standalone.openapi;

import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Refusal;
import tools.jackson.databind.node.ObjectNode;

/**
 * One way in which a request ends in an error.
 *
 * @param name of the example that shows it
 * @param field the one that {@code details} names, empty for no details
 * @param wrong what is wrong with it, as it goes on after the field's name
 */
record Problem(String name, ErrorCode code, String message, String field, String wrong) {

    static Problem of(ErrorCode code, String message) {
        return new Problem(code.name(), code, message, "", "");
    }

    static Problem of(Refusal refusal) {
        String enumeration = refusal.getClass().getSimpleName();
        String concept = enumeration.replaceFirst("Refusal$", "");
        return new Problem(concept + "_" + Refusals.name(refusal), refusal.code(), refusal.message(), "", "");
    }

    static Problem ofField(ErrorCode code, String message, String field, String wrong) {
        return new Problem(code.name() + "_" + field, code, message, field, wrong);
    }

    int status() {
        return code.status();
    }

    ObjectNode body() {
        ObjectNode body = RecordSchemas.JSON.objectNode();
        ObjectNode error = body.putObject("error");
        error.put("code", code.name());
        error.put("message", message);
        if (!field.isEmpty()) error.putObject("details").putArray(field).add(field + " " + wrong);
        return body;
    }
}
