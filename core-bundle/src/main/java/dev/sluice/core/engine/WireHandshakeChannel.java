package dev.sluice.core.engine;

import dev.sluice.core.handshake.HandshakeChannel;
import dev.sluice.core.transport.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The handshake's bytes straight from the wire: nothing is read ahead, so that what follows belongs to whoever reads
 * next. The deadline is kept by closing the wire.
 */
final class WireHandshakeChannel implements HandshakeChannel {
    private final Wire wire;
    private final ByteBuffer[] single = new ByteBuffer[1];

    WireHandshakeChannel(Wire wire) {
        this.wire = wire;
    }

    @Override
    public void readFully(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (wire.read(into) < 0) {
                throw new EOFException("the client has gone");
            }
        }
    }

    @Override
    public void skip(long bytes) throws IOException {
        ByteBuffer sink = ByteBuffer.allocate((int) Math.min(bytes, 16 << 10));
        for (long left = bytes; left > 0; left -= sink.position()) {
            sink.clear().limit((int) Math.min(left, sink.capacity()));
            readFully(sink);
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        single[0] = bytes;
        while (bytes.hasRemaining()) {
            wire.write(single, 0, 1);
        }
    }

    @Override
    public void startTls() throws IOException {
        throw new IOException("TLS is not there yet");
    }
}
