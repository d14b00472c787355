package dev.sluice.filter.ip;

import dev.sluice.api.Peer;
import dev.sluice.api.TlsIdentity;
import dev.sluice.api.contract.TestClient;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Clients of all kinds. */
final class Peers {
    private Peers() {
    }

    static TestClient tcp(long connection, String host) {
        return new TestClient(connection, Peer.of(new InetSocketAddress(host, 4000)), false, false);
    }

    static TestClient tcp(String host) {
        return tcp(1, host);
    }

    static TestClient unix(long pid, int uid, int gid) {
        return new TestClient(1, new Peer(Optional.empty(), OptionalLong.of(pid), OptionalInt.of(uid), OptionalInt.of(gid)), false, false);
    }

    /** Over TLS, with what that has proved. */
    static TestClient proved(TlsIdentity identity) {
        return new TestClient(2, Peer.of(new InetSocketAddress("127.0.0.1", 4000)), identity);
    }

    /** On a Unix socket, without more. */
    static TestClient local() {
        return new TestClient(1);
    }
}
