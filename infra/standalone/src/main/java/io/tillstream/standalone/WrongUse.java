package io.tillstream.standalone;

/** The command line wasn't understood; its usage is shown along with the message. */
final class WrongUse extends RuntimeException {
    WrongUse(String message) {
        super(message);
    }
}
