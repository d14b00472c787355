package dev.sluice.itests.harness;

import java.nio.ByteBuffer;

/** Bytes that depend on where they stand, so that a byte in the wrong place shows. */
public final class Pattern {
    private Pattern() {
    }

    /** The pattern of this seed between two offsets; any alignment. */
    public static byte[] bytes(long seed, long offset, int length) {
        byte[] out = new byte[length];
        ByteBuffer word = ByteBuffer.allocate(8);
        long index = offset >>> 3;
        int skip = (int) (offset & 7);
        int at = 0;
        while (at < length) {
            word.putLong(0, mix(seed * 0x9e3779b97f4a7c15L + index++));
            int n = Math.min(8 - skip, length - at);
            word.get(skip, out, at, n);
            at += n;
            skip = 0;
        }
        return out;
    }

    private static long mix(long x) {
        long z = x + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
