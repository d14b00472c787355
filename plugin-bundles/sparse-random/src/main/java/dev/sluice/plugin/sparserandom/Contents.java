package dev.sluice.plugin.sparserandom;

import dev.sluice.shared.noise.Noise;
import java.nio.ByteBuffer;

/**
 * The bytes of the disk: zero in holes, and in data either all random or, in each block, one byte again and again that is
 * not zero. Safe for use by several threads; allocates nothing but what {@link Runs} does.
 */
final class Contents {
    /** Sets the numbers for blocks apart from those for bytes. */
    private static final long PURPOSE = 0x42_59_54_45L;
    private static final int VALUES = 255;
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

    private final Runs runs;
    private final boolean random;
    private final Noise bytes;
    private final Noise blocks;

    Contents(long seed, Runs runs, boolean random) {
        this.runs = runs;
        this.random = random;
        bytes = new Noise(seed);
        blocks = new Noise(seed ^ PURPOSE);
    }

    boolean isData(long offset) {
        return runs.isData(offset / Runs.BLOCK);
    }

    /** Where the run at {@code offset} ends, in bytes, at most {@code limit}. */
    long runEnd(long offset, long limit) {
        long at = offset;
        boolean data = isData(offset);
        do {
            long block = runs.runEnd(at / Runs.BLOCK);
            at = block > limit / Runs.BLOCK ? limit : Math.min(limit, block * Runs.BLOCK);
        } while (at < limit && isData(at) == data);
        return at;
    }

    /** Puts the bytes from {@code offset} up to {@code end} into a buffer. */
    void fill(long offset, long end, ByteBuffer into) {
        long at = offset;
        while (at < end) {
            long next = runEnd(at, end);
            if (isData(at) && random) {
                bytes.fill(at, (int) (next - at), into);
            } else {
                next = Math.min(next, (at / Runs.BLOCK + 1) * Runs.BLOCK);
                repeat(value(at), (int) (next - at), into);
            }
            at = next;
        }
    }

    private static void repeat(byte value, int count, ByteBuffer into) {
        long eight = Byte.toUnsignedLong(value) * EACH_BYTE;
        int rest = count;
        for (; rest >= Long.BYTES; rest -= Long.BYTES) {
            into.putLong(eight);
        }
        for (; rest > 0; rest--) {
            into.put(value);
        }
    }

    /** Whether the remaining bytes of a buffer are those from {@code offset} on; moves its position. */
    boolean matches(long offset, ByteBuffer data) {
        long at = offset;
        long end = offset + data.remaining();
        while (at < end) {
            long next = runEnd(at, end);
            if (isData(at) && random) {
                if (!bytes.matches(at, (int) (next - at), data)) {
                    return false;
                }
            } else {
                next = Math.min(next, (at / Runs.BLOCK + 1) * Runs.BLOCK);
                byte value = value(at);
                for (long i = at; i < next; i++) {
                    if (data.get() != value) {
                        return false;
                    }
                }
            }
            at = next;
        }
        return true;
    }

    /** The byte that a block without random contents repeats. */
    private byte value(long offset) {
        long block = offset / Runs.BLOCK;
        return runs.isData(block) ? (byte) (1 + Long.remainderUnsigned(blocks.word(block), VALUES)) : 0;
    }
}
