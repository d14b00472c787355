package dev.sluice.psk;

import java.security.Principal;
import java.security.cert.Certificate;
import java.util.Objects;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.SecurityParameters;

/** What was agreed on and with whom; immutable, and of no use for another connection. */
final class PskSession implements SSLSession {
    private final String protocol;
    private final String cipher;
    private final String peer;
    private final long created = System.currentTimeMillis();

    /** Before the handshake has ended. */
    PskSession() {
        protocol = "NONE";
        cipher = "TLS_NULL_WITH_NULL_NULL";
        peer = null;
    }

    /** Of a handshake that has ended well. */
    PskSession(PskServer server) {
        SecurityParameters agreed = server.context().getSecurityParametersConnection();
        protocol = agreed.getNegotiatedVersion().toString().replace("TLS ", "TLSv");
        cipher = nameOf(agreed.getCipherSuite());
        peer = server.identity().orElse(null);
    }

    private static String nameOf(int suite) {
        return switch (suite) {
            case CipherSuite.TLS_AES_128_GCM_SHA256 -> "TLS_AES_128_GCM_SHA256";
            case CipherSuite.TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384 -> "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384";
            case CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256 -> "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256";
            case CipherSuite.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384 -> "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384";
            case CipherSuite.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256 -> "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256";
            case CipherSuite.TLS_PSK_WITH_AES_256_GCM_SHA384 -> "TLS_PSK_WITH_AES_256_GCM_SHA384";
            case CipherSuite.TLS_PSK_WITH_AES_128_GCM_SHA256 -> "TLS_PSK_WITH_AES_128_GCM_SHA256";
            default -> String.format("suite 0x%04X", suite);
        };
    }

    /** The identity; null before the handshake has ended. */
    String getPeerName() {
        return peer;
    }

    @Override
    public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
        if (peer == null) {
            throw new SSLPeerUnverifiedException("the handshake has not ended");
        }
        return new Identity(peer);
    }

    @Override
    public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("a client with a shared key has no certificate");
    }

    @Override
    public String getProtocol() {
        return protocol;
    }

    @Override
    public String getCipherSuite() {
        return cipher;
    }

    @Override
    public int getPacketBufferSize() {
        return PskEngine.RECORD;
    }

    @Override
    public int getApplicationBufferSize() {
        return PskEngine.DATA;
    }

    @Override
    public byte[] getId() {
        return new byte[0];
    }

    @Override
    public SSLSessionContext getSessionContext() {
        return null;
    }

    @Override
    public long getCreationTime() {
        return created;
    }

    @Override
    public long getLastAccessedTime() {
        return created;
    }

    @Override
    public void invalidate() {
        // nobody comes back to it
    }

    @Override
    public boolean isValid() {
        return false;
    }

    @Override
    public void putValue(String name, Object value) {
        throw new UnsupportedOperationException("this session keeps no values");
    }

    @Override
    public Object getValue(String name) {
        return null;
    }

    @Override
    public void removeValue(String name) {
        // there is none
    }

    @Override
    public String[] getValueNames() {
        return new String[0];
    }

    @Override
    public Certificate[] getLocalCertificates() {
        return null;
    }

    @Override
    public Principal getLocalPrincipal() {
        return null;
    }

    @Override
    public String getPeerHost() {
        return null;
    }

    @Override
    public int getPeerPort() {
        return -1;
    }

    /** The name that goes with the key. */
    private record Identity(String name) implements Principal {
        Identity {
            Objects.requireNonNull(name);
        }

        @Override
        public String getName() {
            return name;
        }
    }
}
