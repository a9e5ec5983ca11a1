package io.tillstream.store.verify;

import java.util.ArrayList;
import java.util.List;

/** What a check has told. */
public final class Found implements Findings {
    private final List<String> differences = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    public static Found by(Check check) {
        Found found = new Found();
        try {
            check.run(found);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    public List<String> differences() {
        return differences;
    }

    public List<String> notes() {
        return notes;
    }

    @Override
    public void expect(long total, String unit) {}

    @Override
    public void done(long more) {}

    @Override
    public void difference(String line) {
        differences.add(line);
    }

    @Override
    public void note(String line) {
        notes.add(line);
    }
}
