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
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import org.w3c.dom.NodeList;

/** The file of a shop's log. */
class LogFileTest {
    @Test
    void keepsALineALineWhateverItsValuesAre() throws Exception {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(pattern());
        layout.start();
        LoggingEvent event =
                new LoggingEvent("", context.getLogger("io.tillstream.Any"), Level.WARN, "Nr\r\n1", null, null);
        event.addKeyValuePair(new KeyValuePair("event", "x\"\n2026-01-01T00:00:00.000Z ERROR forged\u001b[31m"));
        assertThat(layout.doLayout(event))
                .endsWith(" Nr 1 event=\"x\" 2026-01-01T00:00:00.000Z ERROR forged [31m\"" + System.lineSeparator())
                .hasLineCount(1);
    }

    /** Of the appender that comes last. */
    private static String pattern() throws Exception {
        try (InputStream file = Objects.requireNonNull(LogFileTest.class.getResourceAsStream("/logback.xml"))) {
            NodeList patterns = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file)
                    .getElementsByTagName("pattern");
            return patterns.item(patterns.getLength() - 1).getTextContent();
        }
    }
}
