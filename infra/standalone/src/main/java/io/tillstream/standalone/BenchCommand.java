package io.tillstream.standalone;

import io.tillstream.standalone.BenchRow.Result;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code ./tillstream bench}: measures a shop of its own against yardsticks on the same machine, in the same run. */
final class BenchCommand {
    static final Set<String> OPTIONS = Set.of("rows");
    static final Set<String> FLAGS = Set.of("json", "quick");

    private BenchCommand() {}

    static int run(Arguments arguments, PrintStream out, PrintStream err) {
        if (!arguments.words().isEmpty())
            throw new WrongUse("Unexpected argument: " + arguments.words().getFirst());
        Set<BenchRow> rows = rows(arguments.get("rows"));
        BenchRun.Size size = arguments.flag("quick") ? BenchRun.Size.QUICK : BenchRun.Size.FULL;
        try {
            List<Result> results = BenchRun.of(rows, size, new Console(err));
            out.print(arguments.flag("json") ? json(results) : table(results));
            out.flush();
            return results.size() == rows.size() ? 0 : 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotGoOn("Interrupted", e);
        } catch (IOException e) {
            throw new CannotGoOn("The bench can't start: " + Reasons.innermost(e), e);
        }
    }

    /** In the order in which they are measured, whatever the order that they are named in. */
    private static Set<BenchRow> rows(@Nullable String named) {
        if (named == null) return EnumSet.allOf(BenchRow.class);
        return Arrays.stream(named.split(",", -1))
                .map(name -> BenchRow.of(name.strip())
                        .orElseThrow(() -> new WrongUse("No row is called " + name.strip() + "; there are "
                                + Arrays.stream(BenchRow.values())
                                        .map(BenchRow::id)
                                        .collect(Collectors.joining(", ")))))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(BenchRow.class)));
    }

    static String table(List<Result> results) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-18s %12s %12s %7s %8s %-6s %5s  %s%n",
                "row",
                "measured",
                "yardstick",
                "ratio",
                "target",
                "",
                "load",
                "what"));
        for (Result result : results) {
            BenchRow row = result.row();
            Double ratio = result.ratio();
            table.append(String.format(
                    Locale.ROOT,
                    "%-18s %12s %12s %7s %8s %-6s %5s  %s%n",
                    row.id(),
                    number(result.measured()) + " " + row.unit,
                    result.bare() == null ? "–" : number(result.bare()) + " " + row.unit,
                    ratio == null ? "–" : String.format(Locale.ROOT, "%.2f", ratio),
                    (ratio == null ? "≤ " : "≥ ") + number(row.target),
                    result.met() ? "met" : "missed",
                    result.load() == null ? "–" : Math.round(100 * result.load()) + " %",
                    row.what
                            + (row.yardstick == null ? "" : " : " + row.yardstick)
                            + (result.note().isEmpty() ? "" : " (" + result.note() + ")")));
        }
        return table.toString();
    }

    static String figures(Result result) {
        Double ratio = result.ratio();
        return number(result.measured()) + " " + result.row().unit
                + (result.bare() == null ? "" : " against " + number(result.bare()))
                + (ratio == null ? "" : String.format(Locale.ROOT, ": %.2f", ratio))
                + (result.met() ? "" : " (missed)");
    }

    private static String number(double value) {
        return value >= 100
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.2f", value);
    }

    static String json(List<Result> results) {
        List<Map<String, @Nullable Object>> rows = results.stream()
                .map(result -> {
                    Map<String, @Nullable Object> row = new LinkedHashMap<>();
                    row.put("row", result.row().id());
                    row.put("what", result.row().what);
                    row.put("against", result.row().yardstick);
                    row.put("unit", result.row().unit);
                    row.put("measured", result.measured());
                    row.put("yardstick", result.bare());
                    row.put("ratio", result.ratio());
                    row.put("target", result.row().target);
                    row.put("met", result.met());
                    row.put("load_share", result.load());
                    row.put("note", result.note());
                    return row;
                })
                .toList();
        return ApiClient.JSON
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(Map.of("cores", Runtime.getRuntime().availableProcessors(), "rows", rows))
                + "\n";
    }
}
