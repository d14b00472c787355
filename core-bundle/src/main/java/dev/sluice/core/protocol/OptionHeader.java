package dev.sluice.core.protocol;

import java.nio.ByteBuffer;

/**
 * Head of a client's option; the payload follows. Buffers are big-endian.
 *
 * <pre>
 *  0        8        12       16
 *  | magic  | option | length |
 * </pre>
 */
public final class OptionHeader {
    /** Bytes of it. */
    public static final int LENGTH = 16;

    private static final int MAGIC_AT = 0;
    private static final int OPTION_AT = 8;
    private static final int LENGTH_AT = 12;

    private OptionHeader() {
    }

    /** {@link Magic#IHAVEOPT} if client and server are in step. */
    public static long magic(ByteBuffer in, int at) {
        return in.getLong(at + MAGIC_AT);
    }

    /** See {@link OptionCode}. */
    public static int option(ByteBuffer in, int at) {
        return in.getInt(at + OPTION_AT);
    }

    /** Bytes of payload that the client claims, 0 .. 2^32-1. */
    public static long length(ByteBuffer in, int at) {
        return Integer.toUnsignedLong(in.getInt(at + LENGTH_AT));
    }

    /** Puts one at the position of {@code out}. */
    public static void put(ByteBuffer out, int option, long length) {
        out.putLong(Magic.IHAVEOPT).putInt(option).putInt((int) length);
    }
}
