package io.tillstream.standalone;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which numbers of a gapless count have come, from 1 on, in whatever order. */
final class Numbers {
    enum Place {
        NEXT,
        AHEAD,
        LATE,
        AGAIN
    }

    /** Numbers that are missing before one that has come. */
    record Gap(long from, long to) {
        @Override
        public String toString() {
            return from == to ? "#" + from : "#" + from + " to #" + to;
        }
    }

    /** All up to here have come. */
    private long complete;

    private final TreeSet<Long> beyond = new TreeSet<>();

    Place came(long number) {
        if (number <= complete || beyond.contains(number)) return Place.AGAIN;
        Place place = number == complete + 1
                ? beyond.isEmpty() ? Place.NEXT : Place.LATE
                : !beyond.isEmpty() && number < beyond.last() ? Place.LATE : Place.AHEAD;
        beyond.add(number);
        while (!beyond.isEmpty() && beyond.first() == complete + 1) {
            beyond.pollFirst();
            complete++;
        }
        return place;
    }

    /** The first one. */
    @Nullable
    Gap gap() {
        return beyond.isEmpty() ? null : new Gap(complete + 1, beyond.first() - 1);
    }
}
