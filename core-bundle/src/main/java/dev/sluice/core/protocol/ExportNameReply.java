package dev.sluice.core.protocol;

import java.nio.ByteBuffer;

/**
 * The answer to EXPORT_NAME, which has no head. Buffers are big-endian.
 *
 * <pre>
 *  0      8                    10       134
 *  | size | transmission flags | zeroes |
 * </pre>
 */
public final class ExportNameReply {
    /** Bytes of it with padding. */
    public static final int PADDED_LENGTH = 134;
    /** Bytes of it if both sides said NO_ZEROES. */
    public static final int SHORT_LENGTH = 10;

    private ExportNameReply() {
    }

    /** Puts one at the position of {@code out}. */
    public static void put(ByteBuffer out, long size, int transmissionFlags, boolean padded) {
        out.putLong(size).putShort((short) transmissionFlags);
        if (padded) {
            out.put(new byte[PADDED_LENGTH - SHORT_LENGTH]);
        }
    }
}
