package io.tillstream.webhook.delivery;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The log's days. A day's table is made before it is needed and dropped when its retention has passed. */
final class Partitions {
    private static final DateTimeFormatter NAME = DateTimeFormatter.BASIC_ISO_DATE;
    private static final List<String> TABLES = List.of("deliveries", "attempts");

    /** Percent of a page that is filled at first: what comes of a delivery is written beside it, and no index has to be told. */
    private static final int FILLED_AT_FIRST = 50;

    private final JdbcClient jdbc;
    private final Set<LocalDate> made = ConcurrentHashMap.newKeySet();

    Partitions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Makes sure of the days around an instant. Not inside a transaction that writes: it locks the log for a moment. */
    void make(Instant now) {
        LocalDate today = day(now);
        for (LocalDate day : List.of(today.minusDays(1), today, today.plusDays(1)))
            if (!made.contains(day)) {
                for (String table : TABLES) make(table, day);
                made.add(day);
            }
    }

    private void make(String table, LocalDate day) {
        jdbc.sql(
                        "create table if not exists %s_%s partition of %s for values from ('%s') to ('%s') with (fillfactor = %d)"
                                .formatted(
                                        table,
                                        NAME.format(day),
                                        table,
                                        first(day),
                                        first(day.plusDays(1)),
                                        table.equals("deliveries") ? FILLED_AT_FIRST : 100))
                .update();
    }

    /** Drops the days that ended before an instant; answers how many. */
    int dropBefore(Instant instant) {
        String oldest = NAME.format(day(instant));
        int dropped = 0;
        for (String table : TABLES) {
            List<String> old = jdbc
                    .sql("select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent"
                            + " = :table::regclass")
                    .param("table", table)
                    .query((rs, n) -> String.valueOf(rs.getString(1)))
                    .list()
                    .stream()
                    .filter(name -> name.compareTo(table + "_" + oldest) < 0)
                    .toList();
            for (String name : old) jdbc.sql("drop table if exists " + name).update();
            dropped += old.size();
        }
        // what never found a receiver while it was kept; it would hold up those behind it in a strict order
        jdbc.sql("delete from queue where delivery_id < cast(:first as uuid)")
                .param("first", first(day(instant)))
                .update();
        return dropped / TABLES.size();
    }

    private static String first(LocalDate day) {
        return Ids.first(day.atStartOfDay(ZoneOffset.UTC).toInstant()).toString();
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }
}
