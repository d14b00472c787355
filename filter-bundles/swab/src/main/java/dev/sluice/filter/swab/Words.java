package dev.sluice.filter.swab;

import java.nio.ByteBuffer;

/** Reverses the bytes of each word of a buffer. */
final class Words {
    private static final long EVEN_BYTES = 0x00ff00ff00ff00ffL;

    private Words() {
    }

    /**
     * In place.
     *
     * @param from index of the first byte
     * @param to index behind the last byte, a multiple of the word away
     * @param wordBytes 2, 4 or 8
     */
    static void swap(ByteBuffer bytes, int from, int to, int wordBytes) {
        int at = from;
        // a long at a time; the order in which it is read does not matter, because all of these are symmetric
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long x = bytes.getLong(at);
            bytes.putLong(at, switch (wordBytes) {
                case 2 -> x >>> 8 & EVEN_BYTES | (x & EVEN_BYTES) << 8;
                case 4 -> Long.rotateLeft(Long.reverseBytes(x), Integer.SIZE);
                default -> Long.reverseBytes(x);
            });
        }
        for (; at < to; at += wordBytes) {
            if (wordBytes == Short.BYTES) {
                bytes.putShort(at, Short.reverseBytes(bytes.getShort(at)));
            } else {
                bytes.putInt(at, Integer.reverseBytes(bytes.getInt(at)));
            }
        }
    }
}
