package dev.sluice.psk;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Vector;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.BasicTlsPSKIdentity;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.PRFAlgorithm;
import org.bouncycastle.tls.PSKTlsClient;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.PskKeyExchangeMode;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/** A client with one key that speaks one version of TLS. */
final class TestClient extends PSKTlsClient {
    private final ProtocolVersion version;
    private final byte[] user;
    private final byte[] key;

    TestClient(ProtocolVersion version, String user, byte[] key) {
        super(new JcaTlsCryptoProvider().create(new SecureRandom()),
                new BasicTlsPSKIdentity(user.getBytes(StandardCharsets.UTF_8), key.clone()));
        this.version = version;
        this.user = user.getBytes(StandardCharsets.UTF_8);
        this.key = key.clone();
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return version.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return version.equals(ProtocolVersion.TLSv13) ? new int[] {CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_AES_128_GCM_SHA256}
                : new int[] {CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256};
    }

    @Override
    public short[] getPskKeyExchangeModes() {
        return new short[] {PskKeyExchangeMode.psk_dhe_ke};
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public Vector getExternalPSKs() {
        if (!version.equals(ProtocolVersion.TLSv13)) {
            return null;
        }
        Vector keys = new Vector();
        keys.add(new BasicTlsPSKExternal(user, getCrypto().createSecret(key.clone()), PRFAlgorithm.tls13_hkdf_sha256));
        return keys;
    }

    @Override
    public TlsAuthentication getAuthentication() {
        throw new AssertionError("a server with a certificate");
    }
}
