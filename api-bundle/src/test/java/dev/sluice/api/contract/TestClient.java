package dev.sluice.api.contract;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.Peer;
import dev.sluice.api.TlsIdentity;
import java.util.Optional;

/** A client that is only its description. Safe for use by several threads. */
public final class TestClient implements ClientInfo {
    private final long connection;
    private final Peer peer;
    private final boolean tls;
    private final TlsIdentity identity;
    private final boolean readOnly;
    private volatile Boolean disconnected;

    /** A client on a Unix socket without TLS that may write. */
    public TestClient(long connection) {
        this(connection, Peer.LOCAL, false, false);
    }

    /** A client with these properties. */
    public TestClient(long connection, Peer peer, boolean tls, boolean readOnly) {
        this(connection, peer, tls, TlsIdentity.NOBODY, readOnly);
    }

    /** A client over TLS that has proved this. */
    public TestClient(long connection, Peer peer, TlsIdentity identity) {
        this(connection, peer, true, identity, false);
    }

    private TestClient(long connection, Peer peer, boolean tls, TlsIdentity identity, boolean readOnly) {
        this.identity = identity;
        this.connection = connection;
        this.peer = peer;
        this.tls = tls;
        this.readOnly = readOnly;
    }

    @Override
    public long connection() {
        return connection;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public boolean tls() {
        return tls;
    }

    @Override
    public TlsIdentity identity() {
        return identity;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public void disconnect(boolean force) {
        disconnected = force;
    }

    /** Empty: was not disconnected; otherwise whether by force. */
    public Optional<Boolean> disconnected() {
        return Optional.ofNullable(disconnected);
    }
}
