package io.tillstream.query;

import static io.tillstream.query.product.AProduct.aProduct;

import io.tillstream.events.Concept;
import io.tillstream.events.Concepts;
import io.tillstream.events.DomainEvent;
import io.tillstream.events.Mode;
import io.tillstream.events.State;
import io.tillstream.events.access.Access;
import io.tillstream.events.access.AccessEvent.AccessExpired;
import io.tillstream.events.access.AccessEvent.AccessExpiryChanged;
import io.tillstream.events.access.AccessEvent.AccessExtended;
import io.tillstream.events.access.AccessEvent.AccessGranted;
import io.tillstream.events.access.AccessEvent.AccessMadePermanent;
import io.tillstream.events.access.AccessEvent.AccessRevoked;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyCreated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyDisabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyEnabled;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRateLimitChanged;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRenamed;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRevoked;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyRotated;
import io.tillstream.events.apikey.ApiKeyEvent.ApiKeyScopesChanged;
import io.tillstream.events.category.Category;
import io.tillstream.events.category.CategoryEvent.CategoryChanged;
import io.tillstream.events.category.CategoryEvent.CategoryCreated;
import io.tillstream.events.category.CategoryEvent.CategoryDeleted;
import io.tillstream.events.product.Product;
import io.tillstream.events.product.ProductEvent.ProductActivated;
import io.tillstream.events.product.ProductEvent.ProductDeactivated;
import io.tillstream.events.product.ProductEvent.ProductDeleted;
import io.tillstream.events.product.ProductEvent.ProductPriceChanged;
import io.tillstream.events.product.ProductPrice;
import io.tillstream.events.tag.Tag;
import io.tillstream.events.tag.TagEvent.TagChanged;
import io.tillstream.events.tag.TagEvent.TagCreated;
import io.tillstream.events.tag.TagEvent.TagDeleted;
import io.tillstream.events.user.User;
import io.tillstream.events.user.UserEvent.UserErased;
import io.tillstream.events.user.UserEvent.UserRegistered;
import io.tillstream.query.product.AProduct;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Random histories of every aggregate: what the rules allow, step by step, and what it adds up to. */
public final class RandomShop {
    /** An event and the mode that it belongs to. */
    public record Happened(Mode mode, DomainEvent event) {}

    private record Known(Mode mode, State state) {}

    private final Random random;
    private final UUID admin;
    private final Map<UUID, Known> known = new LinkedHashMap<>();
    private final Map<UUID, AProduct> products = new LinkedHashMap<>();
    private Instant now;

    /** A shop of one admin, without anything in it. */
    public RandomShop(Random random, Instant start, UUID admin) {
        this.random = random;
        this.now = start;
        this.admin = admin;
    }

    /** The time of the last step. */
    public Instant now() {
        return now;
    }

    /** What there has ever been. */
    public List<State> states() {
        return known.values().stream().map(Known::state).toList();
    }

    public Mode mode(UUID id) {
        return of(id).mode();
    }

    public State state(UUID id) {
        return of(id).state();
    }

    private Known of(UUID id) {
        Known found = known.get(id);
        if (found == null) throw new IllegalArgumentException("Nothing has happened to " + id);
        return found;
    }

    /** One step: what one command may have caused, all at one instant, which may be that of the step before. */
    public List<Happened> next() {
        if (random.nextInt(5) > 0)
            now = now.plus(Duration.ofMillis(random.nextBoolean() ? 1 : random.nextInt(20 * 86_400_000)));
        while (true) {
            List<Happened> step = maybe(random.nextInt(4) == 0 ? Mode.TEST : Mode.LIVE);
            if (step.isEmpty()) continue;
            step.forEach(this::take);
            return step;
        }
    }

    private void take(Happened happened) {
        UUID id = happened.event().aggregateId();
        Known before = known.get(id);
        Concept<?, ?> concept = Concepts.ALL.stream()
                .filter(candidate -> candidate.eventType().isInstance(happened.event()))
                .findFirst()
                .orElseThrow();
        known.put(
                id,
                new Known(happened.mode(), after(concept, before == null ? null : before.state(), happened.event())));
    }

    private static <S extends State> S after(Concept<S, ?> concept, @Nullable State before, DomainEvent event) {
        return concept.after(before == null ? null : concept.stateType().cast(before), event);
    }

    private List<Happened> maybe(Mode mode) {
        List<DomainEvent> events = switch (random.nextInt(10)) {
            case 0 -> List.of(new CategoryCreated(id(), now, word(), word(), random.nextBoolean() ? word() : null));
            case 1 -> List.of(new TagCreated(id(), now, word(), word()));
            case 2 -> List.of(product(mode));
            case 3 ->
                List.of(new UserRegistered(id(), now, word() + "@example.com", random.nextBoolean() ? word() : null));
            case 4 -> one(mode, Category.class, this::change);
            case 5 -> one(mode, Tag.class, this::change);
            case 6 -> one(mode, Product.class, product -> change(mode, product));
            case 7 ->
                random.nextInt(8) == 0
                        ? one(mode, User.class, this::erase)
                        : one(mode, User.class, user -> one(mode, Product.class, product -> grant(user, product)));
            case 8 -> one(mode, Access.class, this::change);
            default -> List.of();
        };
        if (!events.isEmpty()) return happened(mode, events);
        return happened(
                Mode.SHOP,
                random.nextInt(4) == 0 ? List.of(key(id(), null)) : one(Mode.SHOP, ApiKey.class, this::change));
    }

    private static List<Happened> happened(Mode mode, List<? extends DomainEvent> events) {
        return events.stream().map(event -> new Happened(mode, event)).toList();
    }

    private <S extends State> List<DomainEvent> one(Mode mode, Class<S> type, Function<S, List<DomainEvent>> change) {
        List<S> candidates = live(mode, type).toList();
        return candidates.isEmpty() ? List.of() : change.apply(candidates.get(random.nextInt(candidates.size())));
    }

    private <S extends State> Stream<S> live(Mode mode, Class<S> type) {
        return known.values().stream()
                .filter(candidate -> candidate.mode() == mode)
                .map(Known::state)
                .filter(type::isInstance)
                .map(type::cast)
                .filter(state -> !state.deleted());
    }

    private List<DomainEvent> change(Category category) {
        return List.of(
                random.nextInt(4) == 0
                        ? new CategoryDeleted(category.id(), now)
                        : new CategoryChanged(category.id(), now, word(), category.slug(), null));
    }

    private List<DomainEvent> change(Tag tag) {
        return List.of(
                random.nextInt(4) == 0
                        ? new TagDeleted(tag.id(), now)
                        : new TagChanged(tag.id(), now, word(), tag.slug()));
    }

    private DomainEvent product(Mode mode) {
        AProduct product = described(mode, aProduct().priced(price(), "USD"));
        products.put(product.id(), product);
        return product.created();
    }

    private AProduct described(Mode mode, AProduct product) {
        return product.at(now)
                .named(word())
                .describedAs(random.nextBoolean() ? word() : null)
                .in(some(mode, Category.class))
                .tagged(some(mode, Tag.class))
                .with(Map.of("n", random.nextInt(9), "deep", List.of(Map.of("x", 1.5))));
    }

    private <S extends State> UUID[] some(Mode mode, Class<S> type) {
        return live(mode, type)
                .map(State::id)
                .filter(id -> random.nextInt(3) == 0)
                .toArray(UUID[]::new);
    }

    private List<DomainEvent> change(Mode mode, Product product) {
        UUID id = product.id();
        boolean granted = known.values().stream()
                .anyMatch(other -> other.state() instanceof Access access
                        && access.productId().equals(id));
        if (!granted && random.nextInt(6) == 0) return List.of(new ProductDeleted(id, now));
        List<DomainEvent> events = new ArrayList<>();
        if (random.nextBoolean()) {
            BigDecimal vat = random.nextBoolean() ? new BigDecimal("23.50") : null;
            events.add(new ProductPriceChanged(
                    id,
                    now,
                    new ProductPrice(
                            price(),
                            "EUR",
                            random.nextBoolean() ? price() : null,
                            null,
                            null,
                            vat,
                            true,
                            false,
                            null)));
        }
        if (random.nextBoolean()) {
            AProduct changed = described(mode, Objects.requireNonNull(products.get(id)));
            products.put(id, changed);
            events.add(changed.changed());
        }
        if (random.nextInt(3) == 0)
            events.add(product.isActive() ? new ProductDeactivated(id, now) : new ProductActivated(id, now));
        return events;
    }

    private List<DomainEvent> erase(User user) {
        if (user.erasedAt() != null) return List.of();
        List<DomainEvent> events = new ArrayList<>(List.of(new UserErased(user.id(), now, "asked for")));
        known.values().stream()
                .map(Known::state)
                .filter(state -> state instanceof Access access
                        && !access.deleted()
                        && access.userId().equals(user.id()))
                .forEach(access -> events.add(new AccessRevoked(access.id(), now, user.id())));
        return events;
    }

    private List<DomainEvent> grant(User user, Product product) {
        boolean has = known.values().stream()
                .map(Known::state)
                .anyMatch(state -> state instanceof Access access
                        && !access.deleted()
                        && access.userId().equals(user.id())
                        && access.productId().equals(product.id()));
        if (has || user.erasedAt() != null) return List.of();
        Integer days = random.nextBoolean() ? 1 + random.nextInt(30) : null;
        return List.of(new AccessGranted(
                id(),
                now,
                user.id(),
                product.id(),
                days == null ? null : now.plus(Duration.ofDays(days)),
                days,
                product.price().price(),
                product.price().currency()));
    }

    private List<DomainEvent> change(Access access) {
        UUID id = access.id();
        UUID user = access.userId();
        Instant end = access.expiresAt();
        return List.of(
                switch (random.nextInt(5)) {
                    case 0 -> new AccessMadePermanent(id, now, user);
                    case 1 -> new AccessRevoked(id, now, user);
                    case 2 -> new AccessExpiryChanged(id, now, user, now.plus(Duration.ofDays(random.nextInt(9))), 9);
                    case 3 ->
                        end != null && access.expiredAt(now)
                                ? new AccessExpired(id, now, user, end)
                                : new AccessExpiryChanged(id, now, user, now.plusMillis(1), null);
                    default ->
                        end == null
                                ? new AccessRevoked(id, now, user)
                                : new AccessExtended(id, now, user, 7, end.plus(Duration.ofDays(7)));
                });
    }

    private ApiKeyCreated key(UUID id, @Nullable UUID rotatedFrom) {
        return new ApiKeyCreated(
                id,
                now,
                random.nextBoolean() ? admin : null,
                word(),
                "sf_test_0123",
                "hash-" + id,
                Mode.TEST,
                List.of("products:read"),
                60,
                random.nextBoolean() ? now.plus(Duration.ofDays(30)) : null,
                rotatedFrom);
    }

    private List<DomainEvent> change(ApiKey key) {
        UUID id = key.id();
        if (key.revokedAt() != null || key.rotated()) return List.of();
        return switch (random.nextInt(7)) {
            case 0 -> List.of(new ApiKeyRenamed(id, now, word()));
            case 1 -> List.of(new ApiKeyScopesChanged(id, now, List.of("users:read", "users:write")));
            case 2 -> List.of(new ApiKeyRateLimitChanged(id, now, 1 + random.nextInt(99)));
            case 3 -> List.of(new ApiKeyRevoked(id, now, random.nextBoolean() ? "leaked" : null));
            case 4 -> {
                UUID successor = id();
                yield List.of(
                        new ApiKeyRotated(id, now, successor, random.nextBoolean() ? now.plusSeconds(3_600) : null),
                        key(successor, id));
            }
            default -> List.of(key.isActive() ? new ApiKeyDisabled(id, now) : new ApiKeyEnabled(id, now));
        };
    }

    private UUID id() {
        return UUID.randomUUID();
    }

    private long price() {
        return 100L * random.nextInt(100);
    }

    private String word() {
        return Integer.toString(random.nextInt(1 << 20), 36);
    }
}
