package dev.sluice.core.transport;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.util.Monitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * The way out of a {@link TlsWire}: full records, many of them with one write to the network.
 *
 * <p>A record is encrypted into an array, where the JDK is quickest, and gathered in direct memory of the pool, which the
 * system takes without a copy of its own.
 */
final class TlsOutput {
    /** Gathered before they are written: enough for few system calls, little enough that the client has work early. */
    private static final int NETWORK = 128 << 10;
    private static final int FILE = 128 << 10;
    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    private final Wire inner;
    private final SSLEngine engine;
    private final BufferPool pool;
    /** Taken by whoever writes; only a close, or a reader with an alert, ever meets somebody there. */
    private final Monitor writing;

    // all guarded by writing
    private final ByteBuffer[] single = new ByteBuffer[1];
    private final ByteBuffer[] outgoing = new ByteBuffer[1];
    private PooledBuffer lease;
    /** Encrypted, filled from the start. */
    private ByteBuffer network;
    private PooledBuffer fileLease;
    private ByteBuffer record;
    private boolean released;

    TlsOutput(Wire inner, SSLEngine engine, BufferPool pool, Monitor writing) {
        this.inner = inner;
        this.engine = engine;
        this.pool = pool;
        this.writing = writing;
    }

    /** Makes one record of the handshake; several that follow each other leave together. */
    void handshake() throws IOException {
        writing.lock();
        try {
            prepare();
            wrap(NOTHING, 0, 1);
            // The client waits for it now, or the engine has more to say.
            if (engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NEED_WRAP || network.remaining() < record.capacity()) {
                send();
            }
        } finally {
            writing.unlock();
        }
    }

    /** As {@link Wire#write}. */
    long write(ByteBuffer[] from, int offset, int count) throws IOException {
        writing.lock();
        try {
            prepare();
            return encrypt(from, offset, count);
        } finally {
            writing.unlock();
        }
    }

    /** As {@link Wire#transfer}: the range passes through memory, as it has to be encrypted. */
    long transfer(FileChannel file, long position, long count) throws IOException {
        writing.lock();
        try {
            prepare();
            if (fileLease == null) {
                fileLease = pool.lease(FILE);
            }
            ByteBuffer range = fileLease.whole().clear();
            range.limit((int) Math.min(range.capacity(), count));
            int n = file.read(range, position);
            if (n <= 0) {
                return 0;
            }
            single[0] = range.flip();
            while (range.hasRemaining()) {
                encrypt(single, 0, 1);
            }
            return n;
        } finally {
            single[0] = null;
            writing.unlock();
        }
    }

    private void prepare() throws IOException {
        if (released) {
            throw new IOException("the connection is closed");
        }
        if (lease == null) {
            lease = pool.lease(NETWORK);
            network = lease.whole().clear();
        }
        if (record == null) {
            record = ByteBuffer.allocate(Math.max(TlsInput.RECORD, engine.getSession().getPacketBufferSize()));
        }
    }

    /** Encrypts as much as there is room for, and sends it. */
    private long encrypt(ByteBuffer[] from, int offset, int count) throws IOException {
        long consumed = 0;
        while (hasRemaining(from, offset, count) && network.remaining() >= record.capacity()) {
            consumed += wrap(from, offset, count);
        }
        send();
        return consumed;
    }

    private static boolean hasRemaining(ByteBuffer[] from, int offset, int count) {
        // The last one is the last to be empty.
        for (int i = offset + count - 1; i >= offset; i--) {
            if (from[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    private int wrap(ByteBuffer[] from, int offset, int count) throws IOException {
        record.clear();
        SSLEngineResult result = engine.wrap(from, offset, count, record);
        network.put(record.flip());
        if (result.getStatus() != SSLEngineResult.Status.OK || result.bytesProduced() == 0) {
            // An alert may be the last thing to leave.
            send();
            throw new SSLException("TLS is closed");
        }
        return result.bytesConsumed();
    }

    private void send() throws IOException {
        outgoing[0] = network.flip();
        try {
            while (network.hasRemaining()) {
                inner.write(outgoing, 0, 1);
            }
        } finally {
            network.clear();
        }
    }

    /**
     * Ends this direction: says so to the client, and sends what alert is due.
     *
     * @param wait whether to wait for somebody who writes; without, the goodbye is left out then
     */
    void close(boolean wait) throws IOException {
        if (wait) {
            writing.lock();
        } else if (!writing.tryLock()) {
            return;
        }
        try {
            engine.closeOutbound();
            if (released) {
                return;
            }
            prepare();
            while (!engine.isOutboundDone() && network.remaining() >= record.capacity()) {
                int before = network.position();
                record.clear();
                engine.wrap(NOTHING, 0, 1, record);
                network.put(record.flip());
                if (network.position() == before) {
                    break;
                }
            }
            send();
        } finally {
            writing.unlock();
        }
    }

    /** The connection is idle: its memory goes. */
    void park() {
        writing.lock();
        try {
            giveBack();
            record = null;
        } finally {
            writing.unlock();
        }
    }

    private void giveBack() {
        if (lease != null) {
            lease.close();
            lease = null;
            network = null;
        }
        if (fileLease != null) {
            fileLease.close();
            fileLease = null;
        }
    }

    /** The wire is closed: the memory goes as soon as nobody writes. */
    void release() {
        if (!writing.tryLock()) {
            return;
        }
        try {
            released = true;
            giveBack();
        } finally {
            writing.unlock();
        }
    }
}
