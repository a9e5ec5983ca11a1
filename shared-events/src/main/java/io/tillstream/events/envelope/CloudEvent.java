package io.tillstream.events.envelope;

import io.tillstream.events.OmitNull;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An event as it leaves the system, on every path: CloudEvents 1.0. As JSON it is the structured mode; on Kafka the
 * attributes are headers. Numbers are text, because a number of CloudEvents has 32 bits only. contract: audit.md
 *
 * @param specversion of CloudEvents
 * @param id the event's own UUID
 * @param source {@code /tillstream/<shop>}
 * @param type stable logical name, {@code <aggregate>.<past tense>}
 * @param time when it was decided, never before the aggregate's previous event
 * @param datacontenttype of the data
 * @param dataschema where the data's schema is, with its revision
 * @param subject the aggregate's id
 * @param aggregatetype what changed
 * @param sequence the event's place in the aggregate's history, from 0, without gaps
 * @param position its place in the store: ascending, numbers may be missing
 * @param actor who: {@code api_key:<id>}, {@code admin:<id>} or {@code system:<process>}
 * @param requestid the HTTP request
 * @param correlationid the first cause
 * @param causationid the direct cause
 * @param mode {@code live}, {@code test} or {@code shop}
 * @param unreadable only where {@code data} can't be shown: which part of the stored event can't be read
 * @param data the event's own fields; those of an erased person are null
 */
public record CloudEvent(
        String specversion,
        String id,
        String source,
        String type,
        String time,
        String datacontenttype,
        String dataschema,
        String subject,
        String aggregatetype,
        String sequence,
        String position,
        @OmitNull @Nullable String actor,
        @OmitNull @Nullable String requestid,
        @OmitNull @Nullable String correlationid,
        @OmitNull @Nullable String causationid,
        @OmitNull @Nullable String mode,
        @OmitNull @Nullable String unreadable,
        @Nullable ObjectNode data) {

    /** The attributes by name; {@code datacontenttype}, for which each transport has its own place, isn't among them. */
    public Map<String, String> attributes() {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("specversion", specversion);
        attributes.put("id", id);
        attributes.put("source", source);
        attributes.put("type", type);
        attributes.put("time", time);
        attributes.put("dataschema", dataschema);
        attributes.put("subject", subject);
        attributes.put("aggregatetype", aggregatetype);
        attributes.put("sequence", sequence);
        attributes.put("position", position);
        put(attributes, "actor", actor);
        put(attributes, "requestid", requestid);
        put(attributes, "correlationid", correlationid);
        put(attributes, "causationid", causationid);
        put(attributes, "mode", mode);
        put(attributes, "unreadable", unreadable);
        return attributes;
    }

    private static void put(Map<String, String> attributes, String name, @Nullable String value) {
        if (value != null) attributes.put(name, value);
    }

    /** One line of JSON in UTF-8: the structured mode. */
    public byte[] json() {
        return EventJson.STORED.writeValueAsBytes(this);
    }
}
