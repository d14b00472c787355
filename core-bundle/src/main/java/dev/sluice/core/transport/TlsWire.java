package dev.sluice.core.transport;

import dev.sluice.api.Peer;
import dev.sluice.api.TlsIdentity;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * TLS over another wire. The two directions share only the engine, which is made for that: {@link TlsInput} belongs to
 * whoever reads, {@link TlsOutput} to whoever writes, so a writer that waits for a slow client does not keep a reader
 * from noticing that the client has gone.
 *
 * <p>After the handshake the two sides owe each other nothing that needs an answer at once: a key update of the client
 * is answered in front of the next data (RFC 8446, 4.6.3), and a renegotiation is refused. So a reader never has to
 * write, but for the alert that says why a connection ends.
 */
public final class TlsWire implements Wire {
    private static final System.Logger LOG = System.getLogger("dev.sluice.tls");

    private final Wire inner;
    private final SSLEngine engine;
    private final TlsInput input;
    private final TlsOutput output;
    private TlsIdentity identity = TlsIdentity.NOBODY;
    private volatile boolean closed;

    private TlsWire(Wire inner, SSLEngine engine, BufferPool pool, Platform platform) {
        this.inner = inner;
        this.engine = engine;
        this.input = new TlsInput(inner, engine, pool, platform.monitor("TLS input of " + inner.peer()));
        this.output = new TlsOutput(inner, engine, pool, platform.monitor("TLS output of " + inner.peer()));
    }

    /**
     * Does the server's part of a TLS handshake; waits for the client without a deadline of its own: whoever has one
     * closes {@code inner}, which wakes this.
     *
     * @param inner owned by the result from now on; still the caller's to close if this throws
     * @param engine of this one connection, in server mode
     * @throws IOException it failed, after an alert that tells the client why
     */
    public static TlsWire accept(Wire inner, SSLEngine engine, BufferPool pool, Platform platform) throws IOException {
        TlsWire wire = new TlsWire(inner, engine, pool, platform);
        try {
            wire.handshake();
            wire.identity = TlsIdentities.of(engine.getSession());
        } catch (IOException | RuntimeException e) {
            wire.release();
            throw e;
        }
        return wire;
    }

    private void handshake() throws IOException {
        engine.beginHandshake();
        try {
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_WRAP -> output.handshake();
                    case NEED_TASK -> runTasks();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> input.handshake();
                    default -> {
                        if (engine.isInboundDone() || engine.isOutboundDone()) {
                            throw new SSLException("the TLS handshake was given up");
                        }
                        input.established();
                        return;
                    }
                }
            }
        } catch (SSLException e) {
            sayGoodbye();
            throw e;
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Protocol and cipher, for people. */
    public String cipher() {
        return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
    }

    /** The version: {@code TLSv1.3}. */
    public String protocol() {
        return engine.getSession().getProtocol();
    }

    /** Who the client is; constant. */
    public TlsIdentity identity() {
        return identity;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return read(into, true);
    }

    @Override
    public int poll(ByteBuffer into) throws IOException {
        return read(into, false);
    }

    private int read(ByteBuffer into, boolean wait) throws IOException {
        try {
            return input.read(into, wait);
        } catch (SSLException e) {
            sayGoodbye();
            throw e;
        } finally {
            releaseIfClosed();
        }
    }

    /** With bytes that are decrypted, or can be without the network, the action runs at once. */
    @Override
    public void whenReadable(Runnable action) throws IOException {
        if (input.park()) {
            action.run();
            return;
        }
        output.park();
        releaseIfClosed();
        inner.whenReadable(action);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        try {
            return output.write(from, offset, count);
        } finally {
            releaseIfClosed();
        }
    }

    @Override
    public boolean copies() {
        return true;
    }

    @Override
    public long transfer(FileChannel file, long position, long count) throws IOException {
        try {
            return output.transfer(file, position, count);
        } finally {
            releaseIfClosed();
        }
    }

    @Override
    public void keepAlive() throws IOException {
        inner.keepAlive();
    }

    @Override
    public Peer peer() {
        return inner.peer();
    }

    @Override
    public boolean hasFarewell() {
        return true;
    }

    @Override
    public void finish() throws IOException {
        try {
            output.close(true);
            inner.finish();
        } finally {
            releaseIfClosed();
        }
    }

    /** Sends the alert that the engine has ready; it is for the client only, so that it can't be sent is no matter. */
    private void sayGoodbye() {
        try {
            output.close(false);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, inner.peer() + ": no alert could be sent: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        closed = true;
        inner.close();
        release();
    }

    private void releaseIfClosed() {
        if (closed) {
            release();
        }
    }

    /** Gives the buffers of both directions back, now or when whoever uses them comes out. */
    private void release() {
        input.release();
        output.release();
    }
}
