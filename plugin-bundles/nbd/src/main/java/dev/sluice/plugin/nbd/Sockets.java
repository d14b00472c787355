package dev.sluice.plugin.nbd;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Failures;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Opens sockets without blocking in them, and closes things. */
final class Sockets {
    private static final System.Logger LOG = System.getLogger("dev.sluice.plugin.nbd");

    private Sockets() {
    }

    /**
     * A connected channel that does not block, to the first address of the target that answers.
     *
     * @throws NbdException names the target
     */
    static SocketChannel connect(Target target, Waiting waiting) throws IOException {
        IOException first = null;
        for (SocketAddress address : addresses(target)) {
            try {
                return connect(address, waiting);
            } catch (NbdException e) {
                throw new NbdException(e.error(), "connecting to " + target + ": " + e.getMessage(), e);
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        String why = first == null ? "no address" : Failures.reason(first);
        throw new NbdException(NbdError.EIO, "can't connect to " + target + ": " + why, first);
    }

    private static List<SocketAddress> addresses(Target target) throws NbdException {
        if (target.socket() != null) {
            return List.of(UnixDomainSocketAddress.of(target.socket()));
        }
        try {
            List<SocketAddress> all = new ArrayList<>();
            for (InetAddress a : InetAddress.getAllByName(target.host())) {
                all.add(new InetSocketAddress(a, target.port()));
            }
            return all;
        } catch (UnknownHostException e) {
            throw new NbdException(NbdError.EIO, "can't connect to " + target + ": the host is not known", e);
        }
    }

    private static SocketChannel connect(SocketAddress address, Waiting waiting) throws IOException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        SocketChannel channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        boolean connected = false;
        try {
            channel.configureBlocking(false);
            if (!unix) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            }
            if (!channel.connect(address)) {
                await(channel, waiting);
            }
            connected = true;
            return channel;
        } finally {
            if (!connected) {
                close(channel);
            }
        }
    }

    private static void await(SocketChannel channel, Waiting waiting) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_CONNECT);
            while (!channel.finishConnect()) {
                waiting.check();
                // short: nobody wakes this wait when it is cancelled
                selector.select(Math.min(100, waiting.sliceMillis()));
                selector.selectedKeys().clear();
            }
        }
    }

    /** For what nothing can be done about any more. */
    static void close(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing " + closeable, e);
        }
    }
}
