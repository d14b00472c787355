package dev.sluice.core.transmission;

import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Magic;
import java.nio.ByteBuffer;

/**
 * One request's header, read off the wire (NBD specification, "Request message"). Reused: one object per leader and
 * one per call that runs elsewhere.
 *
 * <pre>
 *  compact   0 magic 4 | 4 flags 2 | 6 type 2 | 8 cookie 8 | 16 offset 8 | 24 length 4
 *  extended  0 magic 4 | 4 flags 2 | 6 type 2 | 8 cookie 8 | 16 offset 8 | 24 length 8
 * </pre>
 */
final class Request {
    /** Bytes of a compact header. */
    static final int LENGTH = 28;
    /** Bytes of an extended header. */
    static final int EXTENDED_LENGTH = 32;

    int flags;
    int type;
    long cookie;
    long offset;
    long length;
    /** Bytes that follow the header. */
    long payload;
    /** Of a payload: bytes that the device was given already, see {@link LargeWrite}. */
    int taken;
    /** How long that took, in nanoseconds. */
    long spent;

    /** Reads a header at the buffer's position, which it moves behind the header; false if the magic is wrong. */
    boolean decode(ByteBuffer in, boolean extended) {
        int at = in.position();
        if (in.getInt(at) != (extended ? Magic.EXTENDED_REQUEST : Magic.REQUEST)) {
            return false;
        }
        flags = Short.toUnsignedInt(in.getShort(at + 4));
        type = Short.toUnsignedInt(in.getShort(at + 6));
        cookie = in.getLong(at + 8);
        offset = in.getLong(at + 16);
        length = extended ? in.getLong(at + 24) : Integer.toUnsignedLong(in.getInt(at + 24));
        payload = type == Command.WRITE && !extended || extended && (flags & Command.FLAG_PAYLOAD_LEN) != 0 ? length : 0;
        taken = 0;
        spent = 0;
        in.position(at + (extended ? EXTENDED_LENGTH : LENGTH));
        return true;
    }

    void copyFrom(Request other) {
        flags = other.flags;
        type = other.type;
        cookie = other.cookie;
        offset = other.offset;
        length = other.length;
        payload = other.payload;
        taken = other.taken;
        spent = other.spent;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
