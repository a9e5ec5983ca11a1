package io.tillstream.webhook.delivery;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The log's days. A day's table is made before it is needed and dropped when its retention has passed. Others may be reading the log
 * for hours, a backup above all: to attach a table goes along with that, unlike to make one in its place, and what doesn't, doesn't wait
 * for it, since all that came later would wait behind it.
 */
final class Partitions {
    private static final Logger log = LoggerFactory.getLogger(Partitions.class);
    private static final DateTimeFormatter NAME = DateTimeFormatter.BASIC_ISO_DATE;
    private static final List<String> TABLES = List.of("deliveries", "attempts");

    /** Percent of a page that is filled at first: what comes of a delivery is written beside it, and no index has to be told. */
    private static final int FILLED_AT_FIRST = 50;

    /** An id may be of a moment before the one that it is stored at, or after it. */
    private static final Duration BEFORE = Duration.ofDays(1);

    private static final Duration AFTER = Duration.ofMinutes(1);
    private static final int DAYS_AHEAD = 2;

    /** For so long a day is waited for. Nobody waits behind that but who makes one. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** For so long a lock is waited for to drop a day, and everybody else behind it; so many times, with a rest between two. */
    private static final Duration LITTLE_PATIENCE = Duration.ofMillis(100);

    private static final int TIMES = 5;
    private static final Duration REST = Duration.ofMillis(500);

    /** PostgreSQL's {@code lock_not_available}. */
    private static final String LOCKED = "55P03";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Set<LocalDate> made = ConcurrentHashMap.newKeySet();

    Partitions(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /** Makes sure of the days that deliveries of an instant may be of. Not inside a transaction. */
    void make(Instant now) {
        make(day(now.minus(BEFORE)), day(now.plus(AFTER)));
    }

    /** Makes the next days, before somebody waits for them. */
    void makeAhead(Instant now) {
        make(day(now), day(now).plusDays(DAYS_AHEAD));
    }

    private void make(LocalDate first, LocalDate last) {
        first.datesUntil(last.plusDays(1)).filter(day -> !made.contains(day)).forEach(day -> {
            if (!missing(day).isEmpty()) makeMissing(day);
            made.add(day);
        });
    }

    private List<String> missing(LocalDate day) {
        return TABLES.stream().filter(table -> !exists(name(table, day))).toList();
    }

    private void makeMissing(LocalDate day) {
        within(PATIENCE, () -> {
            // one at a time, also of several dispatchers; and before there is a transaction id, for which the horizon
            // would wait
            jdbc.sql("select pg_advisory_xact_lock(hashtextextended('days of deliveries', 0))")
                    .query(rs -> {});
            for (String table : TABLES)
                jdbc.sql("lock table only " + table + " in share update exclusive mode")
                        .update();
            for (String table : missing(day)) make(table, day);
        });
    }

    private void make(String table, LocalDate day) {
        jdbc.sql("create table %s (like %s including all) with (fillfactor = %d)"
                        .formatted(name(table, day), table, table.equals("deliveries") ? FILLED_AT_FIRST : 100))
                .update();
        jdbc.sql("alter table %s attach partition %s for values from ('%s') to ('%s')"
                        .formatted(table, name(table, day), first(day), first(day.plusDays(1))))
                .update();
    }

    private boolean exists(String table) {
        return jdbc.sql("select to_regclass(:table) is not null")
                .param("table", table)
                .query(Boolean.class)
                .single();
    }

    /** Drops the days that ended before an instant, the oldest first, until somebody reads the log; answers how many. */
    int dropBefore(Instant instant) {
        LocalDate oldest = day(instant);
        int dropped = 0;
        for (LocalDate day : days().headSet(oldest)) {
            if (!drop(day)) {
                oldest = day;
                break;
            }
            dropped++;
        }
        // what never found a receiver while it was kept; it would hold up those behind it in a strict order
        jdbc.sql("delete from queue where delivery_id < cast(:first as uuid)")
                .param("first", first(oldest))
                .update();
        return dropped;
    }

    private SortedSet<LocalDate> days() {
        SortedSet<LocalDate> days = new TreeSet<>();
        for (String table : TABLES)
            jdbc
                    .sql("select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent"
                            + " = :table::regclass")
                    .param("table", table)
                    .query((rs, n) -> requireNonNull(rs.getString(1)))
                    .list()
                    .stream()
                    .filter(name -> name.matches(table + "_\\d{8}"))
                    .forEach(name -> days.add(LocalDate.parse(name.substring(table.length() + 1), NAME)));
        return days;
    }

    private boolean drop(LocalDate day) {
        String tables = TABLES.stream().map(table -> name(table, day)).collect(Collectors.joining(", "));
        for (int time = 1; ; time++) {
            try {
                within(
                        LITTLE_PATIENCE,
                        () -> jdbc.sql("drop table if exists " + tables).update());
                return true;
            } catch (DataAccessException e) {
                if (!(e.getMostSpecificCause() instanceof SQLException sql) || !LOCKED.equals(sql.getSQLState()))
                    throw e;
            }
            if (time == TIMES) {
                log.info("Somebody reads the deliveries: those of {} are dropped later", day);
                return false;
            }
            LockSupport.parkNanos(REST.toNanos());
        }
    }

    private void within(Duration patience, Runnable work) {
        transaction.executeWithoutResult(status -> {
            jdbc.sql("set local lock_timeout = " + patience.toMillis()).update();
            work.run();
        });
    }

    private static String name(String table, LocalDate day) {
        return table + "_" + NAME.format(day);
    }

    private static String first(LocalDate day) {
        return Ids.first(day.atStartOfDay(ZoneOffset.UTC).toInstant()).toString();
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }
}
