package dev.sluice.api;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Where a client is.
 *
 * @param address of a TCP client; empty for Unix sockets and pipes
 * @param pid process of a Unix socket's client, where the platform tells; Java's does not
 * @param uid its user id when it connected, an unsigned number, where the platform tells
 * @param gid its group id, as above
 */
public record Peer(Optional<InetSocketAddress> address, OptionalLong pid, OptionalInt uid, OptionalInt gid) {
    /** A client on a Unix socket or pipe of which nothing more is known. */
    public static final Peer LOCAL = new Peer(Optional.empty(), OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty());

    /** A TCP client. */
    public static Peer of(InetSocketAddress address) {
        return new Peer(Optional.of(address), OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty());
    }

    /** {@code unix}, or {@code ADDRESS:PORT} with brackets around an IPv6 address. */
    @Override
    public String toString() {
        return address.map(a -> {
            String host = a.getAddress() == null ? a.getHostString() : a.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + a.getPort();
        }).orElse("unix");
    }
}
