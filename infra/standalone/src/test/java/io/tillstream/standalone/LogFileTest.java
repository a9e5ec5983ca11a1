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
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

/** A shop's log: console, warnings on it, and file. */
class LogFileTest {
    @ParameterizedTest
    @ValueSource(strings = {"console", "warnings", "file"})
    void keepsAMessageALineWhateverItsValuesAre(String appender) throws Exception {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(LogFileTest.class.getResource("/logback.xml")));
        Logger sending = context.getLogger("io.tillstream.webhook.delivery.Sending");
        OutputStreamAppender<ILoggingEvent> of = (OutputStreamAppender<ILoggingEvent>) Objects.requireNonNullElseGet(
                sending.getAppender(appender),
                () -> context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(appender));
        String forged = "x\r\n2026-01-01 ERROR \u001b[31m\u009b31m\u0085\u2028\u2029y";
        LoggingEvent event = new LoggingEvent("", sending, Level.WARN, forged, null, null);
        event.addKeyValuePair(new KeyValuePair("event", forged));
        String line = new String(of.getEncoder().encode(event), UTF_8);
        context.stop();
        assertThat(line).endsWith(System.lineSeparator());
        assertThat(line.substring(0, line.length() - System.lineSeparator().length()))
                .contains("x 2026-01-01 ERROR  [31m 31m y")
                .doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    }
}
