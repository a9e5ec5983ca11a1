package io.tillstream.command.access;

import io.tillstream.http.body.Body;
import io.tillstream.http.error.ErrorCode;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** What is asked when access is granted or changed. contract: users-access.md */
abstract class AccessBody extends Body {
    static final String EXTEND = "extend_days";
    static final String EXPIRES = "access_expires_at";
    static final String DURATION = "access_duration_days";

    private static final int MOST_DAYS = 3650;
    private static final int MOST_YEARS = 10;

    /** Neither length nor end is permanent; the product's own default isn't applied. */
    static final class GrantAccessRequest extends AccessBody {
        GrantAccessRequest() {
            uuid("product_id").required().doc("What to give access to; it must be on sale");
            integer(DURATION)
                    .range(1, MOST_DAYS)
                    .nullIsAbsent()
                    .doc("Calendar days from now on; wins over " + EXPIRES)
                    .example(30);
            timestamp(EXPIRES)
                    .emptyIsNull()
                    .nullIsAbsent()
                    .future()
                    .check(AccessBody::withinYears)
                    .doc("When it ends, at most ten years ahead; without length and end it is permanent");
        }
    }

    /** The first of its fields that was sent counts; the others aren't looked at. */
    static final class ChangeAccessRequest extends AccessBody {
        ChangeAccessRequest() {
            integer(EXTEND)
                    .range(1, MOST_DAYS)
                    .doc("Days added to the end, or to now once it has come; permanent access stays permanent")
                    .example(30);
            timestamp(EXPIRES).nullable().future().doc("When it ends; null makes it permanent");
            integer(DURATION).range(1, MOST_DAYS).doc("It ends that many days from now");
            onlyFirstSent();
            notEmpty(ErrorCode.VALIDATION_ERROR);
        }
    }

    private static @Nullable String withinYears(Instant end, Instant now) {
        Instant last = now.atOffset(ZoneOffset.UTC).plusYears(MOST_YEARS).toInstant();
        return end.isAfter(last) ? "must be at most " + MOST_YEARS + " years ahead" : null;
    }
}
