package dev.sluice.core.protocol;

import java.nio.ByteBuffer;

/**
 * What a newstyle server says first, and the client's answer to it: four bytes of flags. Buffers are big-endian.
 *
 * <pre>
 *  0          8          16      18
 *  | NBDMAGIC | IHAVEOPT | flags |
 * </pre>
 */
public final class NewstyleGreeting {
    /** Bytes of it. */
    public static final int LENGTH = 18;
    /** Bytes of the client's flags. */
    public static final int CLIENT_FLAGS_LENGTH = 4;

    private NewstyleGreeting() {
    }

    /**
     * Puts one at the position of {@code out}.
     *
     * @param flags see {@link HandshakeFlag}
     */
    public static void put(ByteBuffer out, int flags) {
        out.putLong(Magic.NBDMAGIC).putLong(Magic.IHAVEOPT).putShort((short) flags);
    }
}
