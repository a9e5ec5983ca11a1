package io.tillstream.standalone.openapi;

import static java.util.Objects.requireNonNull;

import io.tillstream.http.error.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;

/** The reasons to say no, found on the class path. */
final class Refusals {
    /** Every constant of every {@link Refusal} enum. */
    static final List<Refusal> ALL = all();

    private Refusals() {}

    private static List<Refusal> all() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AssignableTypeFilter(Refusal.class));
        List<Refusal> found = new ArrayList<>();
        for (var candidate : scanner.findCandidateComponents("io.tillstream")) {
            Class<?> type = ClassUtils.resolveClassName(requireNonNull(candidate.getBeanClassName()), null);
            Object[] constants = type.getEnumConstants();
            if (constants != null) for (Object constant : constants) found.add((Refusal) constant);
        }
        return List.copyOf(found);
    }

    static List<Refusal> in(String packageName) {
        return ALL.stream()
                .filter(refusal -> refusal.getClass().getPackageName().equals(packageName))
                .toList();
    }

    static String name(Refusal refusal) {
        return ((Enum<?>) refusal).name();
    }
}
