package dev.sluice.core.transport;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.RealPlatform;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A server's TLS wire and a client of the JDK's own at the other end of a loopback connection. */
final class TlsPair implements AutoCloseable {
    static final int TIMEOUT = 30_000;

    final RealPlatform platform = new RealPlatform();
    final BufferPool pool = new BufferPool(platform, 256L << 20);
    private final SocketNetwork network = new SocketNetwork(platform);
    private final Acceptor acceptor;
    private final Socket plain;
    private final SSLSocket socket;
    private final Wire inner;
    private final Background<TlsWire> accepting;
    private TlsWire wire;

    private TlsPair(TlsEngines engines, SSLContext client, String protocol) throws IOException {
        acceptor = network.listen(ListenAddress.parse("tcp:127.0.0.1:0"));
        int port = Integer.parseInt(acceptor.address().substring(acceptor.address().lastIndexOf(':') + 1));
        plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(TIMEOUT);
        inner = acceptor.accept();
        accepting = Background.run(() -> TlsWire.accept(inner, engines.engine(), pool, platform));
        if (client == null) {
            socket = null;
            return;
        }
        socket = (SSLSocket) client.getSocketFactory().createSocket(plain, "localhost", port, true);
        if (protocol != null) {
            socket.setEnabledProtocols(new String[] {protocol});
        }
    }

    /** Both have shaken hands. */
    static TlsPair of(TlsEngines engines, SSLContext client, String protocol) throws Exception {
        TlsPair pair = new TlsPair(engines, client, protocol);
        try {
            pair.socket.startHandshake();
            pair.wire = pair.accepting.result();
        } catch (Exception | Error e) {
            pair.close();
            throw e;
        }
        return pair;
    }

    /** Nobody has said a word; a client without TLS if there is no context. */
    static TlsPair silent(TlsEngines engines, SSLContext client) throws Exception {
        return new TlsPair(engines, client, null);
    }

    TlsWire wire() {
        return wire;
    }

    /** What became of the server's handshake. */
    TlsWire accepted() throws Exception {
        wire = accepting.result();
        return wire;
    }

    SSLSocket client() {
        return socket;
    }

    /** The client's socket beneath TLS. */
    Socket plain() {
        return plain;
    }

    /** The server's wire beneath TLS. */
    Wire inner() {
        return inner;
    }

    void send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    byte[] receive(int count) throws IOException {
        return socket.getInputStream().readNBytes(count);
    }

    /** Reads exactly this many bytes on the server. */
    static byte[] read(Wire from, int count, int atOnce) throws IOException {
        ByteBuffer all = ByteBuffer.allocateDirect(count);
        while (all.position() < count) {
            all.limit(Math.min(count, all.position() + atOnce));
            if (from.read(all) < 0) {
                throw new IOException("the end after " + all.position() + " bytes");
            }
        }
        byte[] bytes = new byte[count];
        all.flip().get(bytes);
        return bytes;
    }

    /** Writes all of it on the server. */
    static void write(Wire to, byte[]... parts) throws IOException {
        ByteBuffer[] buffers = new ByteBuffer[parts.length];
        for (int i = 0; i < parts.length; i++) {
            buffers[i] = ByteBuffer.allocateDirect(parts[i].length).put(parts[i]).flip();
        }
        while (buffers[buffers.length - 1].hasRemaining()) {
            to.write(buffers, 0, buffers.length);
        }
    }

    @Override
    public void close() throws IOException {
        if (wire != null) {
            wire.close();
        }
        inner.close();
        plain.close();
        acceptor.close();
        network.close();
    }
}
