package dev.sluice.core.protocol;

import java.nio.ByteBuffer;

/**
 * Head of an answer to an option; the payload follows. Buffers are big-endian.
 *
 * <pre>
 *  0        8        12     16       20
 *  | magic  | option | type | length |
 * </pre>
 */
public final class OptionReplyHeader {
    /** Bytes of it. */
    public static final int LENGTH = 20;

    private static final int MAGIC_AT = 0;
    private static final int OPTION_AT = 8;
    private static final int TYPE_AT = 12;
    private static final int LENGTH_AT = 16;

    private OptionReplyHeader() {
    }

    /** {@link Magic#OPTION_REPLY}. */
    public static long magic(ByteBuffer in, int at) {
        return in.getLong(at + MAGIC_AT);
    }

    /** What is answered, see {@link OptionCode}. */
    public static int option(ByteBuffer in, int at) {
        return in.getInt(at + OPTION_AT);
    }

    /** See {@link OptionReply}. */
    public static int type(ByteBuffer in, int at) {
        return in.getInt(at + TYPE_AT);
    }

    /** Bytes of payload. */
    public static long length(ByteBuffer in, int at) {
        return Integer.toUnsignedLong(in.getInt(at + LENGTH_AT));
    }

    /** Puts one at the position of {@code out}. */
    public static void put(ByteBuffer out, int option, int type, int length) {
        out.putLong(Magic.OPTION_REPLY).putInt(option).putInt(type).putInt(length);
    }
}
