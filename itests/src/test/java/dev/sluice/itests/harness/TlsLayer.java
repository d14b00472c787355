package dev.sluice.itests.harness;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** A client's TLS, by the JDK, over a {@link TimedChannel}. */
public final class TlsLayer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final TimedChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(64 << 10).flip();
    private final ByteBuffer out = ByteBuffer.allocate(64 << 10);
    private final ByteBuffer plain = ByteBuffer.allocate(32 << 10).flip();

    TlsLayer(TimedChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
    }

    void handshake() throws IOException {
        engine.beginHandshake();
        go();
    }

    /** In TLS 1.2 a renegotiation, in TLS 1.3 an update of the keys; its messages are sent, and no answer is read. */
    public void again() throws IOException {
        engine.beginHandshake();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING);
        }
    }

    private void go() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_TASK -> runTasks();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!unwrap()) {
                        throw new EOFException("the server closed the connection in the TLS handshake");
                    }
                }
                default -> {
                    return;
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** What one wrap of these bytes gives, without sending it. */
    public byte[] record(ByteBuffer bytes) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(64 << 10);
        engine.wrap(bytes, record);
        byte[] made = new byte[record.flip().remaining()];
        record.get(made);
        return made;
    }

    private void wrap(ByteBuffer bytes) throws IOException {
        out.clear();
        SSLEngineResult result = engine.wrap(bytes, out);
        channel.writeRaw(out.flip());
        if (result.getStatus() == Status.CLOSED && bytes.hasRemaining()) {
            throw new IOException("TLS is closed");
        }
    }

    /** Takes one record; false at the end of the stream. */
    private boolean unwrap() throws IOException {
        while (true) {
            plain.compact();
            SSLEngineResult result;
            try {
                result = engine.unwrap(in, plain);
            } finally {
                plain.flip();
            }
            if (result.getStatus() == Status.CLOSED) {
                return false;
            }
            if (result.getStatus() == Status.OK) {
                return true;
            }
            in.compact();
            int n = channel.readSomeRaw(in);
            in.flip();
            if (n < 0) {
                return false;
            }
        }
    }

    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            wrap(bytes);
        }
    }

    /** At least one byte; -1 at the end. */
    int read(ByteBuffer into) throws IOException {
        while (!plain.hasRemaining()) {
            if (!unwrap()) {
                return -1;
            }
            runTasks();
        }
        int n = Math.min(plain.remaining(), into.remaining());
        into.put(into.position(), plain, plain.position(), n);
        into.position(into.position() + n);
        plain.position(plain.position() + n);
        return n;
    }

    /** Says that no more will be sent; answers can still be read, in TLS 1.3. */
    public void closeOutput() throws IOException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            wrap(NOTHING);
        }
    }

    /** Whether the server has said that it ends, after everything before was read. */
    public boolean wasEnded() {
        return engine.isInboundDone();
    }

    /** Protocol and cipher. */
    public String cipher() {
        return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
    }
}
