package dev.sluice.core.transport;

import dev.sluice.api.Peer;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/** A TCP or Unix socket in blocking mode. */
final class SocketWire implements Wire {
    /**
     * What a Unix socket holds for a client that has not read yet, in bytes; the system takes at most its own limit. Its
     * default of 208 KiB makes both sides of a large read wait for each other several times: with this one 1 MiB reads were
     * 2.6 times as quick. The buffers of TCP grow by themselves.
     */
    private static final int UNIX_SEND_BUFFER = 512 << 10;

    private final SocketChannel channel;
    private final Peer peer;
    private volatile Peer identified;
    /** No network card takes the bytes from where they lie; on a Unix socket they are not copied, whoever takes them does that. */
    private final boolean loopback;
    private final Poller poller;
    private final Platform platform;
    private volatile Poller.Parked parked;

    SocketWire(SocketChannel channel, Poller poller, Platform platform) throws IOException {
        this.platform = platform;
        this.channel = channel;
        this.poller = poller;
        SocketAddress remote = channel.getRemoteAddress();
        if (remote instanceof InetSocketAddress address) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            peer = Peer.of(address);
            identified = peer;
            loopback = address.getAddress() != null && address.getAddress().isLoopbackAddress();
        } else {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, UNIX_SEND_BUFFER);
            peer = Peer.LOCAL;
            loopback = false;
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    @Override
    public int poll(ByteBuffer into) throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(into);
        } finally {
            if (channel.isOpen()) {
                channel.configureBlocking(true);
            }
        }
    }

    @Override
    public int spin(ByteBuffer into, long nanos) throws IOException {
        channel.configureBlocking(false);
        try {
            long began = platform.nanoTime();
            int n = channel.read(into);
            while (n == 0 && platform.nanoTime() - began < nanos) {
                // the client may need this very core
                Thread.yield();
                n = channel.read(into);
            }
            return n;
        } finally {
            if (channel.isOpen()) {
                channel.configureBlocking(true);
            }
        }
    }

    @Override
    public void whenReadable(Runnable action) throws IOException {
        Poller.Parked p = new Poller.Parked(channel, action);
        // Before, because the action may run at once, and wait again.
        parked = p;
        poller.park(p);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        return count == 1 ? channel.write(from[offset]) : channel.write(from, offset, count);
    }

    @Override
    public long transfer(FileChannel file, long position, long count) throws IOException {
        return file.transferTo(position, count, channel);
    }

    @Override
    public boolean copies() {
        return loopback;
    }

    @Override
    public void keepAlive() throws IOException {
        if (channel.getRemoteAddress() instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public Peer identified() {
        Peer known = identified;
        if (known == null) {
            known = UnixPeer.of(channel);
            identified = known;
        }
        return known;
    }

    @Override
    public void close() {
        // Closing alone does not wake a thread that waits in transferTo to this socket (JDK 17); a shutdown does.
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            // not connected any more: nobody can be waiting
        }
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            // as above
        }
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger("dev.sluice.transport").log(System.Logger.Level.DEBUG, "closing a connection from " + peer + ": " + e);
        }
        Poller.Parked p = parked;
        if (p != null) {
            poller.wake(p);
        }
    }
}
