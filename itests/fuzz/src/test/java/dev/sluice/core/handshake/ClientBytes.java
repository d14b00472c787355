package dev.sluice.core.handshake;

import dev.sluice.fuzz.Check;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A client whose bytes are all there, and who keeps what it is told. TLS is only noted: what follows is the same stream. */
final class ClientBytes implements HandshakeChannel {
    private static final int MOST_REPLIES = 8 << 20;
    private final ByteBuffer input;
    private byte[] output = new byte[1024];
    private int written;
    private int tlsAt = -1;
    private int tlsInput = -1;

    ClientBytes(byte[] input) {
        this.input = ByteBuffer.wrap(input);
    }

    @Override
    public void readFully(ByteBuffer into) throws IOException {
        Check.that(into.remaining() <= OptionPayload.BUFFER_SIZE, () -> "a read of " + into.remaining());
        int n = Math.min(into.remaining(), input.remaining());
        boolean enough = into.remaining() <= input.remaining();
        into.put(input.slice().limit(n));
        input.position(input.position() + n);
        if (!enough) {
            throw new EOFException("the client has gone");
        }
    }

    @Override
    public void skip(long bytes) throws IOException {
        Check.that(bytes >= 0, () -> bytes + " bytes skipped");
        if (bytes > input.remaining()) {
            input.position(input.limit());
            throw new EOFException("the client has gone");
        }
        input.position(input.position() + (int) bytes);
    }

    @Override
    public void write(ByteBuffer bytes) {
        int n = bytes.remaining();
        if (written + n > output.length) {
            output = Arrays.copyOf(output, Math.max(output.length * 2, written + n));
        }
        bytes.get(output, written, n);
        written += n;
        Check.that(written <= MOST_REPLIES, () -> written + " bytes of replies");
    }

    /** Where the channel has keys to look for: they are there. Not marked as an override, as long as not every channel has it. */
    public void prepareTls() {
        Check.that(tlsAt < 0, () -> "TLS is on already");
    }

    @Override
    public void startTls() {
        Check.that(tlsAt < 0, () -> "TLS is started twice");
        tlsAt = written;
        tlsInput = input.position();
    }

    /** What it was told. */
    ByteBuffer output() {
        return ByteBuffer.wrap(output, 0, written).slice();
    }

    /** How much it had been told when TLS began; -1 if it did not. */
    int tlsAt() {
        return tlsAt;
    }

    /** How much it had said when TLS began. */
    int tlsInput() {
        return tlsInput;
    }

    /** What it said that nobody has read. */
    int unread() {
        return input.remaining();
    }
}
