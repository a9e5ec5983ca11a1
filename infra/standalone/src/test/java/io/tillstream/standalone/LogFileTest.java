package io.tillstream.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

/** A shop's log: console, warnings on it, and file. */
class LogFileTest {
    private static final String FORGED = "x\r\n2026-01-01 ERROR \u001b[31m\u009b31m\u0085\u2028\u2029y";

    @ParameterizedTest
    @ValueSource(strings = {"console", "warnings", "file"})
    void keepsAMessageALineWhateverItsValuesAre(String appender) throws Exception {
        String line = written(appender, FORGED, null);
        assertThat(line).endsWith(System.lineSeparator());
        assertThat(line.substring(0, line.length() - System.lineSeparator().length()))
                .contains("x  2026-01-01 ERROR  [31m 31m   y")
                .doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    }

    @Test
    void indentsEachLineOfAStackTrace() throws Exception {
        Throwable failure = new IllegalStateException(FORGED, new IllegalArgumentException("z\n" + FORGED));
        List<String> lines = written("file", "It failed", failure).lines().toList();
        assertThat(lines.getFirst()).endsWith("It failed ");
        assertThat(lines.subList(1, lines.size()))
                .allMatch(line -> line.startsWith("  "))
                .noneMatch(line -> line.strip().isEmpty())
                .anyMatch(line -> line.contains("Caused by: java.lang.IllegalArgumentException: z"))
                .filteredOn(line -> line.contains("IllegalStateException"))
                .hasSize(1); // logback adds the trace by itself where it finds none
        assertThat(String.join("", lines)).doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    }

    private static String written(String appender, String message, @Nullable Throwable failure) throws Exception {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(LogFileTest.class.getResource("/logback.xml")));
        Logger sending = context.getLogger("io.tillstream.webhook.delivery.Sending");
        OutputStreamAppender<ILoggingEvent> of = (OutputStreamAppender<ILoggingEvent>) Objects.requireNonNullElseGet(
                sending.getAppender(appender),
                () -> context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(appender));
        LoggingEvent event = new LoggingEvent("", sending, Level.WARN, message, failure, null);
        if (failure == null) event.addKeyValuePair(new KeyValuePair("event", message));
        String text = new String(of.getEncoder().encode(event), UTF_8);
        context.stop();
        return text;
    }
}
