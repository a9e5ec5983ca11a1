package io.tillstream.standalone;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.util.ClassUtils;

/** What went wrong, in one line for an operator. */
final class Reasons {
    private Reasons() {}

    static String of(IOException e) {
        if (e instanceof AccessDeniedException) return "access denied";
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? e.toString() : line(reason);
    }

    /** Names a setting that has a wrong value as the operator wrote it: its variable, if it came from the environment. */
    static String of(BindException wrong) {
        ConfigurationProperty property = wrong.getProperty();
        if (property == null) return wrong.getName() + ": " + innermost(wrong);
        String name = property.getOrigin() instanceof PropertySourceOrigin written
                ? written.getPropertyName()
                : property.getName().toString();
        Class<?> wanted = wrong.getTarget().getType().resolve(Object.class);
        String value = "'" + property.getValue() + "' is ";
        if (wanted.isEnum()) return name + ": " + value + "none of " + choices(wanted);
        if (Number.class.isAssignableFrom(ClassUtils.resolvePrimitiveIfNecessary(wanted)))
            return name + ": " + value + "not a valid number";
        return name + ": " + innermost(wrong);
    }

    private static String choices(Class<?> wanted) {
        return Arrays.stream(wanted.getEnumConstants())
                .map(choice -> choice.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /** Of the innermost cause that says something. */
    static String innermost(Throwable failure) {
        String reason = failure.toString();
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && !message.isBlank()) reason = message;
        }
        return line(reason);
    }

    private static String line(String text) {
        return text.strip().lines().findFirst().orElse("").strip();
    }
}
