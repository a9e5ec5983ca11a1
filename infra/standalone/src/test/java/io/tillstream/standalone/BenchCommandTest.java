package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ./tillstream bench}: that it measures and what it prints, not the figures. */
class BenchCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @Timeout(600)
    void measuresTheRowsThatAreNamedAgainstTheirYardsticks() throws Exception {
        RunningProcess bench =
                RunningProcess.of(folder.resolve("said"), "bench", "--quick", "--json", "--rows", "up,get-1k,export");
        assertThat(bench.awaitEnd()).as(bench.said()).isZero();
        JsonNode rows = JsonMapper.shared()
                .readTree(bench.said().substring(bench.said().indexOf("{\n")))
                .path("rows");
        assertThat(rows.valueStream().map(row -> row.path("row").asString())).containsExactly("up", "get-1k", "export");
        assertThat(rows.path(0).path("ratio").isNull()).isTrue();
        for (int compared = 1; compared < rows.size(); compared++) {
            JsonNode row = rows.path(compared);
            assertThat(row.path("measured").asDouble()).isPositive();
            assertThat(row.path("ratio").asDouble())
                    .isEqualTo(row.path("measured").asDouble()
                            / row.path("yardstick").asDouble());
            assertThat(row.path("met").asBoolean())
                    .isEqualTo(
                            row.path("ratio").asDouble() >= row.path("target").asDouble());
        }
        assertThat(rows.path(1).path("load_share").asDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void namesTheRowsThatThereAre() throws Exception {
        RunningProcess bench = RunningProcess.of(folder.resolve("said"), "bench", "--rows", "everything");
        assertThat(bench.awaitEnd()).isEqualTo(1);
        assertThat(bench.said())
                .contains("No row is called everything; there are up, idle-memory, commands, post")
                .contains("Usage: ./tillstream bench");
    }
}
