package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.InputStream;
import java.util.Objects;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;
import org.w3c.dom.NodeList;

/** A shop's log: console, warnings on it, and file. */
class LogFileTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void keepsAMessageALineWhateverItsValuesAre(int appender) throws Exception {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(pattern(appender));
        layout.start();
        String forged = "x\r\n2026-01-01 ERROR \u001b[31m\u009b31m\u0085\u2028\u2029y";
        LoggingEvent event =
                new LoggingEvent("", context.getLogger("io.tillstream.Any"), Level.WARN, forged, null, null);
        event.addKeyValuePair(new KeyValuePair("event", forged));
        String line = layout.doLayout(event);
        assertThat(line).endsWith(System.lineSeparator());
        assertThat(line.substring(0, line.length() - System.lineSeparator().length()))
                .contains("x 2026-01-01 ERROR  [31m 31m y")
                .doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]");
    }

    private static String pattern(int appender) throws Exception {
        try (InputStream file = Objects.requireNonNull(LogFileTest.class.getResourceAsStream("/logback.xml"))) {
            NodeList patterns = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file)
                    .getElementsByTagName("pattern");
            assertThat(patterns.getLength()).isEqualTo(3);
            return patterns.item(appender).getTextContent();
        }
    }
}
