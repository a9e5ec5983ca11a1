package io.tillstream.command.apikey;

import io.tillstream.events.Mode;
import io.tillstream.http.text.Sha256;
import java.util.regex.Pattern;

/** An API key in full, as only its owner gets it, once. */
final class NewKey {
    private static final Pattern FORM = Pattern.compile("sf_(live|test)_[A-Za-z0-9]{64}");

    private final String key;

    private NewKey(String key) {
        this.key = key;
    }

    /** One that the operator chose, or that was made in the same form. */
    static NewKey given(String key) {
        if (!FORM.matcher(key).matches())
            throw new IllegalArgumentException("An API key is sf_live_ or sf_test_ and 64 letters or digits");
        return new NewKey(key);
    }

    Mode environment() {
        return key.startsWith("sf_test_") ? Mode.TEST : Mode.LIVE;
    }

    KeyMark mark() {
        return new KeyMark(key.substring(0, 12), Sha256.hex(key));
    }

    /** The key itself: for its owner's eyes. */
    String inFull() {
        return key;
    }

    @Override
    public String toString() {
        return key.substring(0, 12) + "…";
    }
}
