package dev.sluice.core.engine;

import dev.sluice.core.chain.Services;
import dev.sluice.core.handshake.ClientMessage;
import dev.sluice.core.handshake.HandshakeChannel;
import dev.sluice.core.handshake.TlsUnavailableException;
import dev.sluice.core.transport.TlsEngines;
import dev.sluice.core.transport.TlsWire;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Failures;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * The handshake's bytes straight from the wire: nothing is read ahead, so that what follows belongs to whoever reads
 * next. The deadline is kept by closing the wire.
 */
final class WireHandshakeChannel implements HandshakeChannel {
    private static final System.Logger LOG = System.getLogger("dev.sluice.tls");
    /** Plain text behind STARTTLS that is thrown away before the connection is. */
    private static final int MAX_INJECTED = 64 << 10;

    private final Optional<TlsEngines> engines;
    private final Services services;
    private final String listener;
    private final Consumer<TlsWire> encrypted;
    private final ByteBuffer[] single = new ByteBuffer[1];
    private Wire wire;
    private SSLEngine engine;
    private final ClientMessage message = new ClientMessage();
    /** How long the client was waited for, in nanoseconds, and since when it is; 0 if it is not. */
    private volatile long waited;
    private volatile long waitingSince;

    /**
     * On a wire without TLS.
     *
     * @param listener for the log
     * @param encrypted told of the wire that takes the place of the first one, which belongs to it then
     */
    WireHandshakeChannel(Wire wire, Optional<TlsEngines> engines, Services services, String listener,
            Consumer<TlsWire> encrypted) {
        this.wire = wire;
        this.engines = engines;
        this.services = services;
        this.listener = listener;
        this.encrypted = encrypted;
    }

    /** How long the client has been waited for altogether by somebody who held a thread meanwhile. */
    long waitedNanos(long now) {
        // in this order, so that a wait that ends meanwhile is not counted twice
        long before = waited;
        long since = waitingSince;
        return before + (since == 0 ? 0 : Math.max(0, now - since));
    }

    private void beginWait() {
        waitingSince = services.platform().nanoTime() | 1;
    }

    private void endWait() {
        long sum = waitedNanos(services.platform().nanoTime());
        waitingSince = 0;
        waited = sum;
    }

    /**
     * Takes what is there of the client's next message, without waiting.
     *
     * @return whether the message can be answered now: it is there, or long, or the client has gone
     */
    boolean gather() throws IOException {
        for (ByteBuffer missing = message.missing(); missing != null; missing = message.missing()) {
            int n = wire.poll(missing);
            if (n <= 0) {
                return n < 0;
            }
            message.add(n);
        }
        return true;
    }

    /** The message was answered. */
    void answered() {
        message.next();
    }

    /** See {@link Wire#whenReadable}. */
    void whenReadable(Runnable action) throws IOException {
        wire.whenReadable(action);
    }

    @Override
    public void readFully(ByteBuffer into) throws IOException {
        message.take(into);
        if (!into.hasRemaining()) {
            return;
        }
        beginWait();
        try {
            while (into.hasRemaining()) {
                if (wire.read(into) < 0) {
                    throw new EOFException("the client has gone");
                }
            }
        } finally {
            endWait();
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
        beginWait();
        try {
            while (bytes.hasRemaining()) {
                wire.write(single, 0, 1);
            }
        } finally {
            endWait();
        }
    }

    @Override
    public void prepareTls() throws IOException {
        try {
            engine = engines.orElseThrow(() -> new IOException("the listener has no keys")).engine();
        } catch (IOException e) {
            warn("TLS can't be started: " + Failures.line(e));
            throw new TlsUnavailableException("TLS can't be had on this server now", e);
        }
        dropInjected();
    }

    /**
     * A client waits for the answer to STARTTLS; bytes that are here before it was given are a broken client's or somebody
     * else's, who hopes that they will be taken for the client's own (CVE-2021-3716 and its kind). What comes later is not
     * a TLS record and ends the connection.
     */
    private void dropInjected() throws IOException {
        ByteBuffer sink = ByteBuffer.allocate(4 << 10);
        int dropped = 0;
        for (int n = wire.poll(sink); n != 0; n = wire.poll(sink.clear())) {
            if (n < 0) {
                throw new EOFException("the client has gone");
            }
            dropped += n;
            if (dropped > MAX_INJECTED) {
                throw new IOException("the client sends plain text where TLS has to begin");
            }
        }
        if (dropped > 0) {
            warn(dropped + " bytes that came in plain text behind STARTTLS were thrown away");
        }
    }

    private void warn(String what) {
        services.complaints().warn(LOG, "listener " + listener, wire.peer() + ": " + what);
    }

    @Override
    public void startTls() throws IOException {
        TlsWire tls;
        beginWait();
        try {
            tls = TlsWire.accept(wire, engine, services.buffers(), services.platform());
        } catch (SSLException e) {
            // A client that is turned away for its certificate or key: whoever runs the server has to know, as with nbdkit.
            warn("the TLS handshake failed: " + Failures.line(e));
            throw e;
        } finally {
            endWait();
        }
        engine = null;
        wire = tls;
        encrypted.accept(tls);
        LOG.log(System.Logger.Level.DEBUG, wire.peer() + ": " + tls.cipher() + " " + tls.identity());
    }
}
