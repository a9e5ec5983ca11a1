package io.tillstream.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The command line. Every failure that an operator can do something about is one line and status 1. */
public final class Tillstream {
    static final Set<String> COMMANDS =
            Set.of("up", "demo", "listen", "admin", "replay", "verify", "export", "publish", "bench");

    private Tillstream() {}

    public static void main(String[] args) {
        // their standard output is for events or figures alone; logging reads this when it begins
        if (args.length > 0 && (args[0].equals("export") || args[0].equals("bench")))
            System.setProperty("tillstream.console", "System.err");
        System.exit(run(List.of(args), System.getenv(), System.out, System.err));
    }

    static int run(List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        String usage = "tillstream";
        try {
            if (arguments.isEmpty()
                    || arguments.getFirst().equals("--help")
                    || arguments.getFirst().equals("help")) {
                out.print(help("tillstream"));
                return 0;
            }
            String command = arguments.getFirst();
            List<String> rest = arguments.subList(1, arguments.size());
            if (COMMANDS.contains(command)) usage = command;
            else if (command.equals("version") || command.equals("--version")) usage = "version";
            if (rest.contains("--help") && !usage.equals("tillstream")) {
                out.print(help(usage));
                return 0;
            }
            Console console = new Console(out);
            return switch (command) {
                case "up" -> {
                    Arguments options = Arguments.of(rest, Up.OPTIONS, environment);
                    yield Up.run(options, folder(options), console);
                }
                case "demo" -> {
                    Arguments options = Arguments.of(rest, Demo.OPTIONS, environment);
                    yield Demo.run(options, folder(options), console);
                }
                case "listen" -> {
                    Arguments options = Arguments.of(rest, ListenCommand.OPTIONS, ListenCommand.FLAGS, environment);
                    yield ListenCommand.run(options, folder(options), console);
                }
                case "admin" -> {
                    if (rest.isEmpty() || !Set.of("add", "passwd").contains(rest.getFirst())) {
                        throw new WrongUse("`admin` needs `add` or `passwd`");
                    }
                    Arguments options = Arguments.of(rest.subList(1, rest.size()), Admin.OPTIONS, environment);
                    yield Admin.run(rest.getFirst(), options, folder(options), console);
                }
                case "replay" -> {
                    Arguments options = Arguments.of(rest, ReplayCommand.OPTIONS, ReplayCommand.FLAGS, environment);
                    yield ReplayCommand.run(options, folder(options), console);
                }
                case "verify" -> {
                    Arguments options = Arguments.of(rest, VerifyCommand.OPTIONS, environment);
                    yield VerifyCommand.run(options, folder(options), console);
                }
                case "export" -> {
                    Arguments options = Arguments.of(rest, ExportCommand.OPTIONS, environment);
                    yield ExportCommand.run(options, folder(options), out, err);
                }
                case "publish" -> {
                    Arguments options = Arguments.of(rest, PublishCommand.OPTIONS, environment);
                    yield PublishCommand.run(options, folder(options), out, err);
                }
                case "bench" -> {
                    Arguments options = Arguments.of(rest, BenchCommand.OPTIONS, BenchCommand.FLAGS, environment);
                    yield BenchCommand.run(options, out, err);
                }
                case "version", "--version" -> {
                    if (!rest.isEmpty()) throw new WrongUse("Unexpected argument: " + rest.getFirst());
                    console.say("tillstream " + version());
                    yield 0;
                }
                default -> throw new WrongUse("Unknown command: " + command);
            };
        } catch (WrongUse e) {
            err.println("tillstream: " + e.getMessage());
            err.println(usage(usage));
            return 1;
        } catch (CannotGoOn e) {
            err.println("tillstream: " + e.getMessage());
            return 1;
        }
    }

    static String version() {
        String version = Tillstream.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    private static String usage(String command) {
        return command.equals("tillstream")
                ? "Usage: ./tillstream up|demo|listen|admin|replay|verify|export|publish|bench|version [OPTION]..."
                        + " (./tillstream alone explains itself)"
                : help(command).lines().findFirst().orElse("") + " (./tillstream " + command + " --help says more)";
    }

    static String help(String command) {
        try (InputStream text = Tillstream.class.getResourceAsStream("help/" + command + ".txt")) {
            if (text == null) throw new IllegalStateException("no help on " + command);
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The launcher says where it is; run by itself, the jar looks in the working directory. */
    private static Path folder(Arguments options) {
        String given = options.get("data", "TILLSTREAM_DATA");
        return given != null
                ? Path.of(given).toAbsolutePath().normalize()
                : Path.of(System.getProperty("tillstream.home", ""), ".tillstream")
                        .toAbsolutePath();
    }
}
