package io.tillstream.store.verify;

/** What a check tells while it runs. Called by one thread at a time. */
public interface Findings {
    /** How much there is to do, in what the check counts by, such as {@code events}. */
    void expect(long total, String unit);

    /** So much more is done. */
    void done(long more);

    /** Something isn't as it has to be: one line that names what and where. */
    void difference(String line);

    /** Something that the reader should know and that is no difference. */
    void note(String line);
}
