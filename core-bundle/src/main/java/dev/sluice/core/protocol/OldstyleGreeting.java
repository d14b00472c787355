package dev.sluice.core.protocol;

import java.nio.ByteBuffer;

/**
 * All that an oldstyle server says. The specification has one word of flags; as nbdkit does, it is sent as handshake
 * flags, which are none here, and transmission flags. Buffers are big-endian.
 *
 * <pre>
 *  0          8                16     24            26                   28       152
 *  | NBDMAGIC | oldstyle magic | size | zero flags  | transmission flags | zeroes |
 * </pre>
 */
public final class OldstyleGreeting {
    /** Bytes of it. */
    public static final int LENGTH = 152;

    private static final int PADDING = 124;

    private OldstyleGreeting() {
    }

    /** Puts one at the position of {@code out}. */
    public static void put(ByteBuffer out, long size, int transmissionFlags) {
        out.putLong(Magic.NBDMAGIC).putLong(Magic.OLDSTYLE).putLong(size);
        out.putShort((short) 0).putShort((short) transmissionFlags).put(new byte[PADDING]);
    }
}
