package dev.sluice.core.handshake;

import dev.sluice.core.protocol.Limits;
import dev.sluice.core.protocol.WireString;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The payload of one option, taken piece by piece: memory is bounded by the buffer, whatever length a client claims.
 * Never reads beyond the payload, because behind it a TLS handshake can begin.
 */
final class OptionPayload {
    /** Large enough for any string of the protocol. */
    static final int BUFFER_SIZE = Limits.MAX_STRING;

    private final HandshakeChannel channel;
    private final ByteBuffer buffer;
    private final long length;
    private long unread;

    /**
     * A payload.
     *
     * @param buffer of {@link #BUFFER_SIZE} bytes, used until the next option
     * @param length in bytes, as claimed by the client
     */
    OptionPayload(HandshakeChannel channel, ByteBuffer buffer, long length) {
        this.channel = channel;
        this.buffer = buffer.clear().limit(0);
        this.length = length;
        this.unread = length;
    }

    /** All of it, in bytes. */
    long length() {
        return length;
    }

    /** Bytes not taken yet. */
    long remaining() {
        return unread + buffer.remaining();
    }

    /** 16 bits, unsigned. */
    int u16(String what) throws IOException, OptionRefusedException {
        fill(2, what);
        return Short.toUnsignedInt(buffer.getShort());
    }

    /** 32 bits, unsigned. */
    long u32(String what) throws IOException, OptionRefusedException {
        fill(4, what);
        return Integer.toUnsignedLong(buffer.getInt());
    }

    /**
     * A string of this many bytes.
     *
     * @throws OptionRefusedException it is longer than the payload, too long for the protocol, or not a string
     */
    String string(long bytes, String what) throws IOException, OptionRefusedException {
        if (bytes > Limits.MAX_STRING) {
            throw OptionRefusedException.invalid(what + " of " + bytes + " bytes is longer than " + Limits.MAX_STRING);
        }
        fill((int) bytes, what);
        ByteBuffer piece = buffer.slice().limit((int) bytes);
        buffer.position(buffer.position() + (int) bytes);
        return WireString.decode(piece)
                .orElseThrow(() -> OptionRefusedException.invalid(what + " is not valid UTF-8 without NUL"));
    }

    /**
     * Checks that all of it was taken.
     *
     * @throws OptionRefusedException something is left
     */
    void end() throws OptionRefusedException {
        if (remaining() > 0) {
            throw OptionRefusedException.invalid(remaining() + " bytes too many at the end of the option");
        }
    }

    /** Checks that there is none. */
    void mustBeEmpty(String option) throws OptionRefusedException {
        if (length > 0) {
            throw OptionRefusedException.invalid(option + " takes no payload, but came with " + length + " bytes");
        }
    }

    /** Reads away what is left. */
    void skip() throws IOException {
        buffer.position(buffer.limit());
        if (unread > 0) {
            long rest = unread;
            unread = 0;
            channel.skip(rest);
        }
    }

    private void fill(int bytes, String what) throws IOException, OptionRefusedException {
        if (bytes > remaining()) {
            throw OptionRefusedException.invalid(what + " needs " + bytes + " bytes, but only " + remaining()
                    + " are left of the option's " + length);
        }
        if (buffer.remaining() < bytes) {
            buffer.compact();
            buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + unread));
            unread -= buffer.remaining();
            channel.readFully(buffer);
            buffer.flip();
        }
    }
}
