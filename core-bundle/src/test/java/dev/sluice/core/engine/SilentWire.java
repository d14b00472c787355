package dev.sluice.core.engine;

import dev.sluice.api.Peer;
import dev.sluice.core.transport.Wire;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A connection on which nothing ever comes. */
final class SilentWire implements Wire {
    @Override
    public int read(ByteBuffer into) {
        return -1;
    }

    @Override
    public int poll(ByteBuffer into) {
        return 0;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) {
        return 0;
    }

    @Override
    public long transfer(FileChannel file, long position, long count) {
        return 0;
    }

    @Override
    public void whenReadable(Runnable action) {
        // never
    }

    @Override
    public Peer peer() {
        return Peer.LOCAL;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
