package io.tillstream.store.verify;

/** Holds one part of the stores against another. */
public interface Check {
    /** What is checked, in a few words for the one who watches. */
    String name();

    /** Goes through all of it in bounded memory, while the shop runs. What it can't reach is thrown. */
    void run(Findings findings) throws Exception;
}
