package dev.sluice.itests.harness;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import javax.net.ssl.SSLEngine;

/** A socket whose reads and writes all have a deadline, so that a silent server fails a test instead of hanging it. */
public final class TimedChannel implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private Duration patience = Duration.ofSeconds(60);
    private TlsLayer tls;

    private TimedChannel(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        key = channel.register(selector, 0);
    }

    /** Connects, TCP or Unix. */
    public static TimedChannel connect(SocketAddress address) throws IOException {
        SocketChannel channel;
        if (address instanceof UnixDomainSocketAddress) {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        } else {
            channel = SocketChannel.open(((InetSocketAddress) address).getAddress() instanceof java.net.Inet6Address
                    ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        try {
            channel.connect(address);
            return new TimedChannel(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** How long a single read or write may take from now on; 60 s at first. */
    public void patience(Duration time) {
        patience = time;
    }

    /** A small receive buffer, so that a server that sends much stops soon when nobody reads. */
    public void smallReceiveBuffer() throws IOException {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    }

    /** Shakes hands; everything from now on is encrypted. */
    public TlsLayer startTls(SSLEngine engine) throws IOException {
        TlsLayer layer = new TlsLayer(this, engine);
        layer.handshake();
        tls = layer;
        return layer;
    }

    /** Sends everything. */
    public void write(ByteBuffer bytes) throws IOException {
        if (tls != null) {
            tls.write(bytes);
        } else {
            writeRaw(bytes);
        }
    }

    /** Sends everything, beneath TLS. */
    public void writeRaw(ByteBuffer bytes) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE, end, "send " + bytes.remaining() + " more bytes");
            }
        }
    }

    /** Sends what the socket takes without waiting; returns how much that was. */
    public int writeSome(ByteBuffer bytes) throws IOException {
        return channel.write(bytes);
    }

    /** Fills the buffer. */
    public void read(ByteBuffer into) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (into.hasRemaining()) {
            int n = tls != null ? tls.read(into) : channel.read(into);
            if (n < 0) {
                throw new EOFException("the server closed the connection while " + into.remaining() + " more bytes were expected");
            }
            if (n == 0) {
                await(SelectionKey.OP_READ, end, "receive " + into.remaining() + " more bytes");
            }
        }
    }

    /** One read as soon as something is there; -1 at the end of the stream. */
    public int readSome(ByteBuffer into) throws IOException {
        return tls != null ? tls.read(into) : readSomeRaw(into);
    }

    /** As {@link #readSome}, beneath TLS. */
    public int readSomeRaw(ByteBuffer into) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            int n = channel.read(into);
            if (n != 0) {
                return n;
            }
            await(SelectionKey.OP_READ, end, "receive anything");
        }
    }

    /** Whether nothing arrives for this long. */
    public boolean silentFor(Duration time) throws IOException {
        key.interestOps(SelectionKey.OP_READ);
        try {
            selector.selectedKeys().clear();
            return selector.select(Math.max(1, time.toMillis())) == 0;
        } finally {
            key.interestOps(0);
        }
    }

    private void await(int operation, long end, String what) throws IOException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new AssertionError("the server let " + patience.toSeconds() + " s pass; the client wanted to " + what);
        }
        key.interestOps(operation);
        selector.selectedKeys().clear();
        selector.select(Math.max(1, left / 1_000_000));
        key.interestOps(0);
    }

    /** No more bytes will be sent; replies can still be read. */
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** Closes so that the server sees a reset instead of an orderly end (TCP only). */
    public void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        close();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
