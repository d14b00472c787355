package dev.sluice.itests.harness;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A reply in the handshake.
 *
 * @param option what it answers
 * @param type with the top bit set for an error
 * @param payload of the reply
 */
public record OptionReply(int option, int type, byte[] payload) {
    /** Whether the option failed. */
    public boolean isError() {
        return type < 0;
    }

    /** The payload for reading. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(payload);
    }

    /** The payload of an error as text. */
    public String text() {
        return isError() ? new String(payload, StandardCharsets.UTF_8) : "";
    }

    /** The payload of a SERVER reply: the name. */
    public String serverName() {
        ByteBuffer b = buffer();
        byte[] name = new byte[b.getInt()];
        b.get(name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /** The payload of a META_CONTEXT reply: the name. */
    public String contextName() {
        return new String(payload, 4, payload.length - 4, StandardCharsets.UTF_8);
    }
}
