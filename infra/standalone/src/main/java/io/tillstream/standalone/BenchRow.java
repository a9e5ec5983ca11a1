package io.tillstream.standalone;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the bench measures, against what, and what is to be reached. */
enum BenchRow {
    UP("`up` on an empty folder to the first answer", null, "s", 10),
    IDLE_MEMORY("resident memory of everything, idle", null, "MiB", 1024),
    COMMANDS("commands on the bus (create product), projections off", "JDBC commits of one row", "/s", 0.5),
    POST("POST /products: key, limit, idempotency, everything running", "JDBC commits of one row", "/s", 0.15),
    GET_1K("GET /products/{id}, random, at 1,000", "bare WebFlux finds it by _id", "/s", 0.6),
    LIST_1K("GET /products, first page of 20, at 1,000", "bare WebFlux finds the 20 by _id", "/s", 0.6),
    DEEP_1K("GET /products, random deep pages of 20, at 1,000", "bare WebFlux finds the 20 by _id", "/s", 0.6),
    GET_100K("GET /products/{id}, random, at 100,000", "bare WebFlux finds it by _id", "/s", 0.6),
    LIST_100K("GET /products, first page of 20, at 100,000", "bare WebFlux finds the 20 by _id", "/s", 0.6),
    DEEP_100K("GET /products, random deep pages of 20, at 100,000", "bare WebFlux finds the 20 by _id", "/s", 0.6),
    HOT_LIST("one list, repeated", "bare WebFlux, the same bytes from memory", "/s", 0.5),
    HOT_PRODUCT("one product, repeated", "bare WebFlux, the same bytes from memory", "/s", 0.5),
    READS_UNDER_WRITES("GET /products/{id} while 200 writes/s arrive", "the same without writes", "/s", 0.7),
    VISIBLE("answer to visible at 300 commands/s, p99", null, "ms", 50),
    REBUILD("replay of the product documents", "insertMany of the same documents", "/s", 0.5),
    EXPORT("export of all history to a file", "JDBC read of the same rows", "/s", 0.5),
    PROOF("check of the proof of all history", "JDBC read of the same rows", "/s", 0.5),
    DELIVERIES("webhook deliveries to a local receiver", "bare Reactor Netty posts the same bytes", "/s", 0.4),
    WEBHOOK_DELAY("event to received at 500 events/s, p99", null, "ms", 100),
    BESIDE_DEAD("the same at 200/s beside a dead receiver with 10,000 waiting", "the same without it", "ms", 0.7),
    PEAK_MEMORY("resident memory of everything, peak of this run", null, "MiB", 1024);

    final String what;
    final @Nullable String yardstick;
    final String unit;
    final double target;

    /**
     * A row.
     *
     * @param yardstick null where the target is no ratio
     * @param target the least ratio to the yardstick, or of the yardstick to it where it is a time; without a yardstick the most
     *     that it may be
     */
    BenchRow(String what, @Nullable String yardstick, String unit, double target) {
        this.what = what;
        this.yardstick = yardstick;
        this.unit = unit;
        this.target = target;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<BenchRow> of(String id) {
        return Arrays.stream(values()).filter(row -> row.id().equals(id)).findFirst();
    }

    /** Whether it needs many products. */
    boolean large() {
        return compareTo(GET_100K) >= 0 && compareTo(PROOF) <= 0;
    }

    /**
     * What came out.
     *
     * @param measured what the shop did
     * @param bare what the yardstick did, null where there is none
     * @param load the load generator's part of the CPU that it and the shop used; null where it is no process of its own
     * @param note what else is to be known; empty for nothing
     */
    record Result(
            BenchRow row,
            double measured,
            @Nullable Double bare,
            @Nullable Double load,
            String note) {
        @Nullable
        Double ratio() {
            if (bare == null) return null;
            return row.unit.equals("ms") ? bare / measured : measured / bare; // more is better
        }

        boolean met() {
            Double ratio = ratio();
            return ratio == null ? measured <= row.target : ratio >= row.target;
        }
    }
}
