package io.tillstream.http.body;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The parameter (of type {@link Values}) that gets the request's body, checked and normalised by its declaration. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface JsonBody {
    /** The declaration; it has a constructor without parameters, of any visibility. */
    Class<? extends Body> value();

    /** Whether no body at all is as good as an empty object. */
    boolean optional() default false;
}
