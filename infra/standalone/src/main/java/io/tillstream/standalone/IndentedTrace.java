package io.tillstream.standalone;

import static java.util.stream.Collectors.joining;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;

/** Indents each line of a stack trace, so that none looks like a line of the log, whoever's words are in an exception. */
public final class IndentedTrace extends ThrowableProxyConverter {
    @Override
    protected String throwableProxyToString(IThrowableProxy failure) {
        return super.throwableProxyToString(failure)
                .lines()
                .map(line -> "  " + OneLine.of(line) + System.lineSeparator())
                .collect(joining());
    }
}
