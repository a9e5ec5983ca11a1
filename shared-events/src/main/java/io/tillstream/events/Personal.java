package io.tillstream.events;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a component that names or describes a person (e-mail, name, address, IP). It is stored encrypted under that
 * person's key and reads as {@code null} once the key is destroyed, so the component is nullable. Only in events and
 * states that are {@link AboutPerson}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Personal {}
