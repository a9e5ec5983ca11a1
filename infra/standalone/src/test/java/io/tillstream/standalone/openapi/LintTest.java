package io.tillstream.standalone.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Spectral finds nothing wrong with the committed description; skipped where it can't be had. */
class LintTest {
    private static final int SKIPPED = 77;

    @Test
    void findsNothing() throws IOException, InterruptedException {
        Process lint = new ProcessBuilder(
                        Repository.ROOT.resolve(".ci/lint-openapi").toString())
                .redirectErrorStream(true)
                .start();
        String said;
        try (InputStream output = lint.getInputStream()) {
            said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
        }
        int status = lint.waitFor();
        assumeFalse(status == SKIPPED, said);
        assertThat(status).as(said).isZero();
    }
}
