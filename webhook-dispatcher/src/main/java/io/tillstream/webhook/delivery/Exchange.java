package io.tillstream.webhook.delivery;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What came of one attempt. */
sealed interface Exchange {
    /** What the log says of the status: 0 where there was no answer. */
    int status();

    /** What the log says of the reason; null when it went well. */
    @Nullable
    String error();

    default @Nullable String response() {
        return null;
    }

    /** The receiver answered. */
    record Answered(int status, @Nullable String response, Optional<Duration> retryAfter) implements Exchange {
        boolean accepted() {
            return status >= 200 && status < 300;
        }

        @Override
        public @Nullable String error() {
            return accepted() ? null : "HTTP " + status;
        }
    }

    /** The receiver took too long, for connecting or for all of its answer. */
    record TimedOut(String error) implements Exchange {
        @Override
        public int status() {
            return 408;
        }
    }

    /** There was no answer: DNS, connection, TLS, a redirect. */
    record Unreachable(String error) implements Exchange {
        @Override
        public int status() {
            return 0;
        }
    }

    /** Nothing is sent there. */
    record Forbidden(String error) implements Exchange {
        @Override
        public int status() {
            return 0;
        }
    }

    /** It couldn't be sent, for a reason that is ours: the receiver isn't to blame. */
    record NotSent(String error) implements Exchange {
        /** Of a failure that nobody has thought of; whoever logs it knows more. */
        static NotSent unexpectedly() {
            return new NotSent("Not sent: something unexpected; the dispatcher's log says more");
        }

        @Override
        public int status() {
            return 0;
        }
    }
}
