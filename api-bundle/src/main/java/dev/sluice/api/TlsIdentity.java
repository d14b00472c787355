package dev.sluice.api;

import java.util.List;
import java.util.Optional;

/**
 * Who a client is, as far as TLS has proved it. Without TLS, or without a certificate or shared key that the server asked
 * for, it is {@link #NOBODY}.
 *
 * @param dn subject of the client's certificate, as RFC 4514 writes it: {@code CN=client,O=Example}
 * @param issuerDn who issued the certificate, written the same way
 * @param altNames the certificate's other names, as {@code dns:NAME}, {@code email:NAME}, {@code uri:NAME} or {@code ip:ADDRESS}
 * @param psk user name of the shared key that the client has
 */
public record TlsIdentity(Optional<String> dn, Optional<String> issuerDn, List<String> altNames, Optional<String> psk) {
    /** A client that has not shown who it is. */
    public static final TlsIdentity NOBODY = new TlsIdentity(Optional.empty(), Optional.empty(), List.of(), Optional.empty());

    /** Copies the list. */
    public TlsIdentity {
        altNames = List.copyOf(altNames);
    }

    /** Whoever has the shared key of this user. */
    public static TlsIdentity ofKey(String user) {
        return new TlsIdentity(Optional.empty(), Optional.empty(), List.of(), Optional.of(user));
    }

    /** The subject or the user name, for people; empty for nobody. */
    @Override
    public String toString() {
        return dn.or(() -> psk).orElse("");
    }
}
