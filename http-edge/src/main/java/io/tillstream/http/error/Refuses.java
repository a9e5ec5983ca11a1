package io.tillstream.http.error;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which refusals of its own concept a handler's command can meet, for the API's description. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Refuses {
    /** Names of constants of the {@link Refusal} enum in the handler's package. */
    String[] value();
}
