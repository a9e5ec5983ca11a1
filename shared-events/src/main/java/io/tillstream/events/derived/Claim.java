package io.tillstream.events.derived;

/**
 * A name that at most one aggregate of a mode holds.
 *
 * @param concept what is claimed, such as {@code product.slug}; a refusal names the same
 * @param name the name as it is compared: callers fold its case where the contract says so
 * @param personal whether the name is personal data; then only a keyed hash of it is stored
 */
public record Claim(String concept, String name, boolean personal) {
    public static Claim on(String concept, String name) {
        return new Claim(concept, name, false);
    }

    public static Claim onPersonal(String concept, String name) {
        return new Claim(concept, name, true);
    }
}
