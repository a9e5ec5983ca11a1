package io.tillstream.store;

import io.tillstream.events.AboutPerson;
import io.tillstream.events.Personal;
import io.tillstream.events.envelope.EventJson;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Encrypts the {@link Personal} components of what is stored under a key per person, so that destroying that key forgets
 * the person while history stays whole. A sealed field is {@code {"person": id, "sealed": base64}}. Keys are held no
 * longer than the call that needs them. A destroyed key's row stays, so that nothing makes another one.
 */
public final class Sealing {
    private static final String PERSON = "person";
    private static final String SEALED = "sealed";
    private static final Map<Class<?>, Set<String>> PERSONAL = new ConcurrentHashMap<>();

    private final JdbcClient jdbc;
    private final MasterKey master;

    /** What is to be opened: JSON, and the record whose components say which fields may be sealed. */
    record Sealed(Class<?> type, ObjectNode json) {}

    /** Something was to be sealed for a person who is forgotten. */
    public static final class PersonForgotten extends RuntimeException {
        PersonForgotten(UUID person) {
            super("Person " + person + " is forgotten", null, false, false);
        }
    }

    public Sealing(JdbcClient jdbc, MasterKey master) {
        this.jdbc = jdbc;
        this.master = master;
    }

    /**
     * Seals the personal fields of an event's or state's JSON in place, with a key that it makes on first use.
     *
     * @throws PersonForgotten when that key was destroyed
     */
    public void seal(Record about, ObjectNode json) {
        Set<String> personal = personalFields(about.getClass());
        if (personal.isEmpty()) return;
        if (!(about instanceof AboutPerson person))
            throw new IllegalStateException(about.getClass() + " has personal components and names no person");
        Set<String> told = new TreeSet<>(personal);
        told.removeIf(
                field -> json.path(field).isMissingNode() || json.path(field).isNull());
        if (told.isEmpty()) return;
        byte[] key = keyOf(person.personId());
        for (String field : told) {
            JsonNode value = json.get(field);
            byte[] plain = EventJson.STORED.writeValueAsBytes(value);
            ObjectNode sealed = json.putObject(field);
            sealed.put(PERSON, person.personId().toString());
            sealed.put(SEALED, Base64.getEncoder().encodeToString(MasterKey.encrypt(key, field, plain)));
        }
    }

    /** Opens the JSON of one record in place; the fields of a person whose key is gone become null. */
    public void open(Class<?> type, ObjectNode json) {
        openAll(List.of(new Sealed(type, json)));
    }

    void openAll(Collection<Sealed> batch) {
        Set<UUID> persons = new HashSet<>();
        batch.forEach(one -> personalFields(one.type()).forEach(field -> {
            if (one.json().get(field) instanceof ObjectNode sealed) persons.add(person(sealed));
        }));
        if (persons.isEmpty()) return;
        Map<UUID, byte[]> keys = keysOf(persons);
        batch.forEach(one -> personalFields(one.type()).forEach(field -> {
            if (one.json().get(field) instanceof ObjectNode sealed) {
                byte @Nullable [] key = keys.get(person(sealed));
                if (key == null) one.json().putNull(field);
                else one.json().set(field, plain(key, field, sealed));
            }
        }));
    }

    /** The name that stands in a claim: a keyed hash where the name is personal. */
    public String claimName(io.tillstream.events.derived.Claim claim) {
        return claim.personal() ? master.hash("claim " + claim.concept(), claim.name()) : claim.name();
    }

    private static JsonNode plain(byte[] key, String field, ObjectNode sealed) {
        byte[] bytes = Base64.getDecoder().decode(sealed.get(SEALED).asString());
        return EventJson.STORED.readTree(MasterKey.decrypt(key, field, bytes));
    }

    private static UUID person(ObjectNode sealed) {
        return UUID.fromString(sealed.get(PERSON).asString());
    }

    private byte[] keyOf(UUID person) {
        jdbc.sql("insert into person_keys (person_id, wrapped, created_at) values (:person, :wrapped, now())"
                        + " on conflict do nothing")
                .param("person", person)
                .param("wrapped", master.seal(purpose(person), MasterKey.freshKey()))
                .update();
        // locked until the end of the transaction, so that what is sealed comes before an erasure or is refused
        Optional<byte[]> wrapped = jdbc.sql("select wrapped from person_keys where person_id = :person for share")
                .param("person", person)
                .query((rs, n) -> Optional.ofNullable(rs.getBytes("wrapped")))
                .single();
        return master.open(purpose(person), wrapped.orElseThrow(() -> new PersonForgotten(person)));
    }

    private Map<UUID, byte[]> keysOf(Set<UUID> persons) {
        Map<UUID, byte[]> keys = new HashMap<>();
        jdbc.sql("select person_id, wrapped from person_keys where person_id = any(:persons)"
                        + " and wrapped is not null")
                .param("persons", persons.toArray(UUID[]::new))
                .query(rs -> {
                    UUID person = rs.getObject("person_id", UUID.class);
                    keys.put(person, master.open(purpose(person), rs.getBytes("wrapped")));
                });
        return keys;
    }

    private static String purpose(UUID person) {
        return "person " + person;
    }

    /** Whether events of a type may have sealed fields. */
    static boolean mayBeSealed(Class<?> type) {
        return !personalFields(type).isEmpty();
    }

    private static Set<String> personalFields(Class<?> type) {
        return PERSONAL.computeIfAbsent(type, Sealing::readPersonalFields);
    }

    private static Set<String> readPersonalFields(Class<?> type) {
        Set<String> fields = new HashSet<>();
        if (type.isRecord()) {
            Arrays.stream(type.getRecordComponents())
                    .filter(component -> component.isAnnotationPresent(Personal.class))
                    .map(RecordComponent::getName)
                    .map(Sealing::snakeCase)
                    .forEach(fields::add);
        }
        return Set.copyOf(fields);
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /**
     * Fails when the store was made with another master key: what is sealed in it would look broken, and what is written
     * would be lost to everybody else.
     */
    void requireMasterKey() {
        jdbc.sql("select fingerprint from master_key")
                .query(String.class)
                .optional()
                .ifPresent(known -> {
                    if (!known.equals(master.fingerprint())) throw new WrongMasterKey();
                });
    }

    /** As {@link #requireMasterKey}; the first one to come is the store's. */
    void adoptMasterKey() {
        jdbc.sql("insert into master_key (fingerprint) values (:fingerprint) on conflict do nothing")
                .param("fingerprint", master.fingerprint())
                .update();
        requireMasterKey();
    }
}
