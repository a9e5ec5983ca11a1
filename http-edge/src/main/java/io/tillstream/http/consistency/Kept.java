package io.tillstream.http.consistency;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a handler whose answer is decided by the read model, the caller's mode, the path and the query alone: not by the time, nor
 * by who calls. It is kept for as long as {@link ReadModel#shown} stands.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Kept {}
