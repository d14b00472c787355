package dev.sluice.core.transmission;

import dev.sluice.api.Peer;
import dev.sluice.core.transport.Wire;
import dev.sluice.fuzz.Check;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.io.IOException;
import java.util.Arrays;

/** A client whose bytes are all there and come in pieces; what it is told goes out in pieces too. Of one thread. */
final class BytesWire implements Wire {
    private static final int MOST_REPLIES = 64 << 20;
    private final ByteBuffer input;
    private final int piece;
    private final int outPiece;
    private byte[] output = new byte[4096];
    private int written;
    private boolean closed;
    private Runnable waiting;

    BytesWire(byte[] input, int piece, int outPiece) {
        this.input = ByteBuffer.wrap(input);
        this.piece = piece;
        this.outPiece = outPiece;
    }

    /** Lets the server read, again and again, until it does not wait any more. */
    void serve() {
        while (waiting != null) {
            Runnable action = waiting;
            waiting = null;
            action.run();
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        Check.that(into.hasRemaining(), () -> "a read of nothing would never end");
        return poll(into);
    }

    @Override
    public int poll(ByteBuffer into) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (!input.hasRemaining()) {
            return -1;
        }
        int n = Math.min(Math.min(piece, input.remaining()), into.remaining());
        into.put(input.slice().limit(n));
        input.position(input.position() + n);
        return n;
    }

    @Override
    public void whenReadable(Runnable action) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        Check.that(waiting == null, () -> "two wait for the client");
        waiting = action;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int left = outPiece;
        for (int i = offset; i < offset + count; i++) {
            int n = Math.min(left, from[i].remaining());
            room(n);
            from[i].get(output, written, n);
            written += n;
            left -= n;
        }
        return outPiece - left;
    }

    private void room(int n) {
        Check.that(written + n <= MOST_REPLIES, () -> "more than " + MOST_REPLIES + " bytes of replies");
        if (written + n > output.length) {
            output = Arrays.copyOf(output, Math.max(output.length * 2, written + n));
        }
    }

    @Override
    public long transfer(FileChannel file, long position, long count) {
        throw new AssertionError("there are no files here");
    }

    @Override
    public Peer peer() {
        return Peer.LOCAL;
    }

    @Override
    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** What the client was told. */
    ByteBuffer output() {
        return ByteBuffer.wrap(output, 0, written).slice();
    }
}
