package dev.sluice.plugin.data;

import java.nio.ByteBuffer;

/** Bytes as they are. The array must not be changed any more. */
record Bytes(byte[] array) implements Image {
    @Override
    public long length() {
        return array.length;
    }

    @Override
    public void read(long offset, int count, ByteBuffer into) {
        into.put(array, (int) offset, count);
    }

    @Override
    public boolean isHole(long offset) {
        return false;
    }

    @Override
    public long runEnd(long offset) {
        return array.length;
    }

    @Override
    public int depth() {
        return 0;
    }
}
