package io.tillstream.standalone;

import io.tillstream.embedded.Ports;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A command's options: {@code --name value} or {@code --name=value}, or else the environment; flags; and words. */
final class Arguments {
    private final List<String> words;
    private final Map<String, String> given;
    private final Map<String, String> environment;

    private Arguments(List<String> words, Map<String, String> given, Map<String, String> environment) {
        this.words = List.copyOf(words);
        this.given = given;
        this.environment = environment;
    }

    /** Options only. The names are without dashes. */
    static Arguments of(List<String> arguments, Set<String> known, Map<String, String> environment) {
        Arguments all = of(arguments, known, Set.of(), environment);
        if (!all.words.isEmpty()) throw new WrongUse("Unexpected argument: " + all.words.getFirst());
        return all;
    }

    /**
     * Options, and whatever words stand between them.
     *
     * @param flags options that take no value
     */
    static Arguments of(List<String> arguments, Set<String> known, Set<String> flags, Map<String, String> environment) {
        List<String> words = new ArrayList<>();
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                words.add(argument);
                continue;
            }
            if (flags.contains(argument.substring(2))) {
                given.put(argument.substring(2), "");
                continue;
            }
            int equals = argument.indexOf('=');
            String name = argument.substring(2, equals < 0 ? argument.length() : equals);
            if (!known.contains(name)) throw new WrongUse("Unknown option: --" + name);
            if (equals < 0 && i + 1 == arguments.size()) throw new WrongUse("Missing value after --" + name);
            String value = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
            if (value.isBlank()) throw new WrongUse("Empty value of --" + name);
            if (given.put(name, value) != null) throw new WrongUse("Option given twice: --" + name);
        }
        return new Arguments(words, given, environment);
    }

    /** What stands there without dashes, in order. */
    List<String> words() {
        return words;
    }

    boolean flag(String name) {
        return given.containsKey(name);
    }

    @Nullable
    String get(String name) {
        return given.get(name);
    }

    /** The option, or the variable; an empty variable counts as none. */
    @Nullable
    String get(String name, String variable) {
        String value = given.get(name);
        return value == null ? variable(variable) : value;
    }

    @Nullable
    String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** 0 is any free one. */
    int port(int otherwise) {
        return port(get("port", "TILLSTREAM_PORT"), otherwise);
    }

    /** Of the option alone. */
    int ownPort(int otherwise) {
        return port(get("port"), otherwise);
    }

    private static int port(@Nullable String text, int otherwise) {
        if (text == null) return otherwise;
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 65_535) throw new WrongUse("Not a port: " + text);
        return port == 0 ? Ports.free() : port;
    }
}
