package io.tillstream.embedded.documents;

import java.nio.ByteBuffer;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** The value of every entry of a map that is only a set of keys. Takes no room. */
final class Nothing extends BasicDataType<Boolean> {
    static final Nothing TYPE = new Nothing();

    private Nothing() {}

    @Override
    public int getMemory(Boolean value) {
        return 0;
    }

    @Override
    public void write(WriteBuffer buffer, Boolean value) {
        // Takes no room.
    }

    @Override
    public Boolean read(ByteBuffer buffer) {
        return Boolean.TRUE;
    }

    @Override
    public Boolean[] createStorage(int size) {
        return new Boolean[size];
    }
}
