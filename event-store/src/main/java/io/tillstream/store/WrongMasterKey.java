package io.tillstream.store;

/** The master key at hand is another one than the store was made with, so that nothing sealed can be opened. */
public final class WrongMasterKey extends IllegalStateException {
    WrongMasterKey() {
        super("TILLSTREAM_MASTER_KEY is not the master key that this store was made with");
    }
}
