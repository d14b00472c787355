package dev.sluice.core.handshake;

import dev.sluice.core.protocol.Limits;
import dev.sluice.core.protocol.OptionReply;
import dev.sluice.core.protocol.OptionReplyHeader;
import dev.sluice.core.protocol.WireString;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Answers to options, gathered so that an option, or a few hundred exports of a list, cost one write. */
final class OptionReplies {
    /** Bytes gathered before they are sent. */
    static final int BATCH = 32 * 1024;
    /** The largest payload: a list entry with the longest name and description. */
    static final int MAX_PAYLOAD = 4 + 2 * Limits.MAX_STRING;

    private final HandshakeChannel channel;
    /** Only while an option is answered: many clients may wait in their handshake, and should cost little. */
    private ByteBuffer batch;

    OptionReplies(HandshakeChannel channel) {
        this.channel = channel;
    }

    /** Adds an answer without payload. */
    void ack(int option) throws IOException {
        begin(option, OptionReply.ACK, 0);
    }

    /** Adds an error with a text. */
    void error(int option, int type, String text) throws IOException {
        byte[] message = WireString.encodeMessage(text);
        begin(option, type, message.length).put(message);
    }

    /**
     * Adds the head of an answer.
     *
     * @param length of the payload, at most {@link #MAX_PAYLOAD}
     * @return where exactly that many bytes must be put now
     */
    ByteBuffer begin(int option, int type, int length) throws IOException {
        if (batch == null) {
            batch = ByteBuffer.allocate(BATCH);
        } else if (batch.remaining() < OptionReplyHeader.LENGTH + length) {
            flush();
        }
        OptionReplyHeader.put(batch, option, type, length);
        return batch;
    }

    /** Sends all that was added. */
    void flush() throws IOException {
        if (batch != null && batch.position() > 0) {
            batch.flip();
            channel.write(batch);
            batch.clear();
        }
    }

    /** Gives the memory back, with what was not sent. */
    void release() {
        batch = null;
    }
}
