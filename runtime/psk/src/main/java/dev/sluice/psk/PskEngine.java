package dev.sluice.psk;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsServerProtocol;

/**
 * BouncyCastle's server in the shape that the JDK gives its own, so that a user has one way for both.
 *
 * <p>Safe for use by several threads: every call is made under one lock, as in the JDK's engine. A close_notify of the client
 * ends both directions, which TLS 1.2 demands and TLS 1.3 allows.
 */
final class PskEngine extends SSLEngine {
    /** Bytes of data in one record. */
    static final int DATA = 16 << 10;
    /** Bytes of one record in TLS 1.2, the larger one (RFC 5246, 6.2.3). */
    static final int RECORD = DATA + 2048 + 5;
    private static final int HEADER = 5;

    private final PskServer server;
    private final Object lock = new Object();

    // all guarded by lock
    private final TlsServerProtocol protocol = new TlsServerProtocol();
    private final byte[] plain = new byte[DATA];
    private final byte[] record = new byte[RECORD];
    private PskSession session;
    private boolean begun;
    private boolean failed;
    private boolean outboundClosed;

    PskEngine(PskServer server) {
        this.server = server;
        this.session = new PskSession();
    }

    @Override
    public void beginHandshake() throws SSLException {
        synchronized (lock) {
            if (begun) {
                throw new SSLException("there is one handshake, at the beginning");
            }
            begin();
        }
    }

    private void begin() throws SSLException {
        if (!begun) {
            begun = true;
            try {
                protocol.accept(server);
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] into, int offset, int count) throws SSLException {
        synchronized (lock) {
            begin();
            if (protocol.isClosed() || failed) {
                return new SSLEngineResult(Status.CLOSED, status(), 0, 0);
            }
            if (from.remaining() < HEADER) {
                return new SSLEngineResult(Status.BUFFER_UNDERFLOW, status(), 0, 0);
            }
            int length = HEADER + Short.toUnsignedInt(from.getShort(from.position() + 3));
            if (length > RECORD) {
                length = Math.min(length, Math.min(from.remaining(), RECORD));
            } else if (from.remaining() < length) {
                return new SSLEngineResult(Status.BUFFER_UNDERFLOW, status(), 0, 0);
            } else if (room(into, offset, count) < Math.min(length - HEADER, DATA) && protocol.isConnected()) {
                return new SSLEngineResult(Status.BUFFER_OVERFLOW, status(), 0, 0);
            }
            boolean before = protocol.isHandshaking();
            from.get(record, 0, length);
            try {
                protocol.offerInput(record, 0, length);
            } catch (IOException e) {
                throw failure(e);
            }
            boolean finished = before && protocol.isConnected();
            if (finished) {
                session = new PskSession(server);
            }
            int produced = take(into, offset, count);
            return new SSLEngineResult(protocol.isClosed() ? Status.CLOSED : Status.OK,
                    finished && protocol.getAvailableOutputBytes() == 0 ? HandshakeStatus.FINISHED : status(), length, produced);
        }
    }

    private static int room(ByteBuffer[] into, int offset, int count) {
        int room = 0;
        for (int i = offset; i < offset + count; i++) {
            room += into[i].remaining();
        }
        return room;
    }

    private int take(ByteBuffer[] into, int offset, int count) {
        int produced = 0;
        for (int i = offset; i < offset + count && protocol.getAvailableInputBytes() > 0; i++) {
            int n = Math.min(into[i].remaining(), protocol.getAvailableInputBytes());
            produced += protocol.readInput(into[i], n);
        }
        return produced;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] from, int offset, int count, ByteBuffer into) throws SSLException {
        synchronized (lock) {
            begin();
            int consumed = 0;
            if (protocol.getAvailableOutputBytes() == 0) {
                if (protocol.isClosed() || outboundClosed) {
                    return new SSLEngineResult(Status.CLOSED, status(), 0, 0);
                }
                if (!protocol.isConnected()) {
                    return new SSLEngineResult(Status.OK, status(), 0, 0);
                }
                if (into.remaining() < RECORD) {
                    return new SSLEngineResult(Status.BUFFER_OVERFLOW, status(), 0, 0);
                }
                consumed = gather(from, offset, count);
                try {
                    protocol.writeApplicationData(plain, 0, consumed);
                } catch (IOException e) {
                    throw failure(e);
                }
            }
            int n = Math.min(into.remaining(), protocol.getAvailableOutputBytes());
            int produced = n == 0 ? 0 : protocol.readOutput(into, n);
            boolean over = protocol.isClosed() && protocol.getAvailableOutputBytes() == 0;
            return new SSLEngineResult(over ? Status.CLOSED : Status.OK, status(), consumed, produced);
        }
    }

    private int gather(ByteBuffer[] from, int offset, int count) {
        int n = 0;
        for (int i = offset; i < offset + count && n < plain.length; i++) {
            int part = Math.min(from[i].remaining(), plain.length - n);
            from[i].get(plain, n, part);
            n += part;
        }
        return n;
    }

    /** What the protocol says of its end, in the JDK's words; the alert for the client waits to be wrapped. */
    private SSLException failure(IOException e) {
        boolean handshake = session.getPeerName() == null;
        failed = true;
        String text = e.getMessage();
        if (handshake && server.isUnknown()) {
            text = "nobody has the identity '" + server.identity().orElse("").replaceAll("\\p{Cntrl}", "?") + "'";
        } else if (handshake && server.identity().isPresent() && isWrongKey(e)) {
            text = "the key for '" + server.identity().get() + "' is not the client's: " + text;
        }
        return handshake ? (SSLException) new SSLHandshakeException(text).initCause(e) : new SSLException(text, e);
    }

    private static boolean isWrongKey(IOException e) {
        return e instanceof TlsFatalAlert alert && (alert.getAlertDescription() == AlertDescription.decrypt_error
                || alert.getAlertDescription() == AlertDescription.bad_record_mac);
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        synchronized (lock) {
            return status();
        }
    }

    private HandshakeStatus status() {
        if (protocol.getAvailableOutputBytes() > 0) {
            return HandshakeStatus.NEED_WRAP;
        }
        return begun && !failed && protocol.isHandshaking() ? HandshakeStatus.NEED_UNWRAP : HandshakeStatus.NOT_HANDSHAKING;
    }

    @Override
    public void closeOutbound() {
        synchronized (lock) {
            if (outboundClosed) {
                return;
            }
            outboundClosed = true;
            try {
                if (begun && !failed) {
                    protocol.close();
                }
            } catch (IOException e) {
                failed = true;
            }
        }
    }

    @Override
    public boolean isOutboundDone() {
        synchronized (lock) {
            return (outboundClosed || protocol.isClosed() || failed) && protocol.getAvailableOutputBytes() == 0;
        }
    }

    @Override
    public void closeInbound() throws SSLException {
        synchronized (lock) {
            try {
                protocol.closeInput();
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    @Override
    public boolean isInboundDone() {
        synchronized (lock) {
            return protocol.isClosed() || failed;
        }
    }

    @Override
    public SSLSession getSession() {
        synchronized (lock) {
            return session;
        }
    }

    @Override
    public Runnable getDelegatedTask() {
        return null;
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return new String[0];
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return new String[0];
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        throw new UnsupportedOperationException("the suites are fixed");
    }

    @Override
    public String[] getSupportedProtocols() {
        return new String[] {"TLSv1.3", "TLSv1.2"};
    }

    @Override
    public String[] getEnabledProtocols() {
        return getSupportedProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        throw new UnsupportedOperationException("the protocols are fixed");
    }

    @Override
    public void setUseClientMode(boolean mode) {
        if (mode) {
            throw new IllegalArgumentException("this is a server's engine");
        }
    }

    @Override
    public boolean getUseClientMode() {
        return false;
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        if (need) {
            throw new IllegalArgumentException("a client with a shared key has no certificate");
        }
    }

    @Override
    public boolean getNeedClientAuth() {
        return false;
    }

    @Override
    public void setWantClientAuth(boolean want) {
        setNeedClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
        return false;
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {
        // every session is new
    }

    @Override
    public boolean getEnableSessionCreation() {
        return true;
    }
}
