package dev.sluice.shared.noise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An endless stream of pseudo-random bytes in which every place can be computed at once, so that a disk of any size needs
 * no memory. The same seed gives the same bytes for ever: on every machine and in every version of this class.
 *
 * <p>Good statistics, but no secret: who knows some bytes can find the seed. Immutable, safe for use by several threads;
 * nothing here allocates.
 */
public final class Noise {
    private static final int WORD = Long.BYTES;
    /** Odd, with its bits well spread: the golden ratio's fraction. */
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

    private final long start;

    /** The stream of a seed; neighbouring seeds have nothing in common. */
    public Noise(long seed) {
        start = mix(seed ^ STEP);
    }

    /** Eight bytes of the stream: those at {@code 8 * index}. */
    public long word(long index) {
        return mix(start + index * STEP);
    }

    /** The byte at this offset. */
    public byte byteAt(long offset) {
        // the bytes of a word are its big-endian ones
        return (byte) (word(offset >>> 3) >>> (WORD - 1 - (offset & WORD - 1)) * 8);
    }

    /**
     * Puts the bytes from {@code offset} on into a buffer.
     *
     * @param into with room for {@code length} bytes; its position moves behind them
     */
    public void fill(long offset, int length, ByteBuffer into) {
        boolean swap = into.order() == ByteOrder.LITTLE_ENDIAN;
        long at = offset;
        long end = offset + length;
        while (at < end && at % WORD != 0) {
            into.put(byteAt(at++));
        }
        while (end - at >= WORD) {
            long word = word(at >>> 3);
            into.putLong(swap ? Long.reverseBytes(word) : word);
            at += WORD;
        }
        while (at < end) {
            into.put(byteAt(at++));
        }
    }

    /**
     * Whether the next {@code length} bytes of a buffer are those from {@code offset} on.
     *
     * @param data its position moves behind them if they are, else anywhere up to there
     */
    public boolean matches(long offset, int length, ByteBuffer data) {
        boolean swap = data.order() == ByteOrder.LITTLE_ENDIAN;
        long at = offset;
        long end = offset + length;
        while (at < end && at % WORD != 0) {
            if (data.get() != byteAt(at++)) {
                return false;
            }
        }
        while (end - at >= WORD) {
            long word = data.getLong();
            if ((swap ? Long.reverseBytes(word) : word) != word(at >>> 3)) {
                return false;
            }
            at += WORD;
        }
        while (at < end) {
            if (data.get() != byteAt(at++)) {
                return false;
            }
        }
        return true;
    }

    /** The finalizer of the generator known as SplitMix64: a bijection that spreads every bit over all others. */
    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }
}
