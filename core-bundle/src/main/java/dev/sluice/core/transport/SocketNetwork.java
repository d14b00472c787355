package dev.sluice.core.transport;

import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The network of the machine. */
public final class SocketNetwork implements Network {
    private static final int BACKLOG = 512;

    private final Poller poller;
    private final Platform platform;

    /** With a poller for idle connections of its own. */
    public SocketNetwork(Platform platform) {
        this.platform = platform;
        poller = new Poller(platform);
    }

    @Override
    public Acceptor listen(ListenAddress address) throws IOException {
        if (address.isInherited()) {
            return inherited();
        }
        boolean unix = address.socket() instanceof UnixDomainSocketAddress;
        ServerSocketChannel server = unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : openInet(address);
        try {
            if (!unix) {
                server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            server.bind(address.socket(), BACKLOG);
            return new SocketAcceptor(server, unix ? ((UnixDomainSocketAddress) address.socket()).getPath() : null);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    /** The file of a Unix socket that somebody else made stays when this stops to listen. */
    private Acceptor inherited() throws IOException {
        Channel channel = System.inheritedChannel();
        if (!(channel instanceof ServerSocketChannel server)) {
            throw new IOException("standard input is no listening stream socket");
        }
        server.configureBlocking(true);
        return new SocketAcceptor(server, null);
    }

    @Override
    public void close() {
        poller.close();
    }

    private static ServerSocketChannel openInet(ListenAddress address) throws IOException {
        InetSocketAddress a = (InetSocketAddress) address.socket();
        // One family each, as nbdkit does: an IPv6 listener must not take the IPv4 port as well.
        return a.getAddress() instanceof Inet6Address && !a.getAddress().isAnyLocalAddress()
                ? ServerSocketChannel.open(StandardProtocolFamily.INET6) : ServerSocketChannel.open();
    }

    private final class SocketAcceptor implements Acceptor {
        private final ServerSocketChannel server;
        private final Path path;
        private final String address;

        SocketAcceptor(ServerSocketChannel server, Path path) throws IOException {
            this.server = server;
            this.path = path;
            SocketAddress bound = server.getLocalAddress();
            if (bound instanceof UnixDomainSocketAddress local) {
                address = "unix:" + local.getPath();
            } else {
                InetSocketAddress local = (InetSocketAddress) bound;
                String host = local.getAddress().getHostAddress();
                address = "tcp:" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + local.getPort();
            }
        }

        @Override
        public Wire accept() throws IOException {
            SocketChannel channel = server.accept();
            try {
                return new SocketWire(channel, poller, platform);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        @Override
        public String address() {
            return address;
        }

        @Override
        public void close() throws IOException {
            try {
                server.close();
            } finally {
                if (path != null) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
