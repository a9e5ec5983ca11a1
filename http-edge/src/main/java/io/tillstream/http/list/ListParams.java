package io.tillstream.http.list;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a list route takes beside {@code limit} and {@code cursor}; its handler gets them as a {@link ListQuery}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface ListParams {
    /** What {@code sort_by} may say; the first is the default. */
    String[] sort() default {"created_at"};

    /** Whether the order is ascending when {@code sort_order} says nothing. */
    boolean ascending() default false;

    /** Whether {@code search} means something. */
    boolean search() default false;

    int searchMaxLength() default 200;

    /** Further query parameters that the route understands. */
    String[] filters() default {};

    /** Whether the pagination says how many there are. */
    boolean total() default false;
}
