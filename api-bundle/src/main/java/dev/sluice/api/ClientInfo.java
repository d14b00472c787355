package dev.sluice.api;

import org.osgi.annotation.versioning.ProviderType;

/** The client at the other end of a connection. Safe for use by several threads. */
@ProviderType
public interface ClientInfo {
    /** Counts connections of this server, from 1. */
    long connection();

    /** Where the client is. */
    Peer peer();

    /** Whether the connection is encrypted. */
    boolean tls();

    /** Who the client is, as far as TLS has proved it. Known from the end of the TLS handshake: not yet in preconnect. */
    default TlsIdentity identity() {
        return TlsIdentity.NOBODY;
    }

    /** Whether the server opens everything read-only for this client. */
    boolean readOnly();

    /**
     * Ends the connection.
     *
     * @param force true: at once; false: requests that come from now on get ESHUTDOWN until the client leaves
     */
    void disconnect(boolean force);
}
