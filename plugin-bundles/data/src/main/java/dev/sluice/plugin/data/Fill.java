package dev.sluice.plugin.data;

import java.nio.ByteBuffer;

/** One byte, again and again. */
record Fill(byte value, long length) implements Image {
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

    @Override
    public void read(long offset, int count, ByteBuffer into) {
        long eight = Byte.toUnsignedLong(value) * EACH_BYTE;
        int rest = count;
        for (; rest >= Long.BYTES; rest -= Long.BYTES) {
            into.putLong(eight);
        }
        for (; rest > 0; rest--) {
            into.put(value);
        }
    }

    @Override
    public boolean isHole(long offset) {
        return value == 0;
    }

    @Override
    public long runEnd(long offset) {
        return length;
    }

    @Override
    public int depth() {
        return 0;
    }
}
