package dev.sluice.psk;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.Vector;
import java.util.function.Function;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.PRFAlgorithm;
import org.bouncycastle.tls.PSKTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.PskIdentity;
import org.bouncycastle.tls.PskKeyExchangeMode;
import org.bouncycastle.tls.TlsPSKExternal;
import org.bouncycastle.tls.TlsPSKIdentityManager;
import org.bouncycastle.tls.TlsServerContext;
import org.bouncycastle.tls.crypto.TlsCrypto;

/**
 * What one connection's server answers in a handshake: shared keys or nothing.
 *
 * <p>An identity that nobody has gets a random key. Its handshake fails as it does with a wrong key, so a client can't find
 * out names by trying (RFC 4279, section 2).
 */
final class PskServer extends PSKTlsServer {
    private static final int RANDOM_KEY = 32;
    /**
     * In TLS 1.3 a shared key from outside belongs to one hash, which is SHA-256 unless something else was agreed on
     * (RFC 8446, 4.2.11), so the suites with SHA-384 are out. ChaCha20 goes by a name in BouncyCastle that the JDK does not know.
     */
    private static final int[] SUITES = {
        CipherSuite.TLS_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_PSK_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_PSK_WITH_AES_128_GCM_SHA256};

    private final Keys keys;

    PskServer(TlsCrypto crypto, Function<String, Optional<byte[]>> keys, SecureRandom random) {
        this(crypto, new Keys(keys, random));
    }

    private PskServer(TlsCrypto crypto, Keys keys) {
        super(crypto, keys);
        this.keys = keys;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12);
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return SUITES.clone();
    }

    @Override
    public short[] getPskKeyExchangeModes() {
        // Without a key exchange of its own a session could be read by whoever learns the key later.
        return new short[] {PskKeyExchangeMode.psk_dhe_ke};
    }

    /** The key of the first identity in TLS 1.3; NBD clients have one. */
    @Override
    @SuppressWarnings("rawtypes")
    public TlsPSKExternal getExternalPSK(Vector identities) {
        if (identities.isEmpty()) {
            return null;
        }
        byte[] identity = ((PskIdentity) identities.get(0)).getIdentity();
        return new BasicTlsPSKExternal(identity, getCrypto().createSecret(keys.getPSK(identity)), PRFAlgorithm.tls13_hkdf_sha256);
    }

    /** Who has come; only after a handshake that succeeded is it true. */
    Optional<String> identity() {
        return Optional.ofNullable(keys.asked);
    }

    /** Whether nobody bears the name that the client gave. */
    boolean isUnknown() {
        return keys.unknown;
    }

    TlsServerContext context() {
        return context;
    }

    private static final class Keys implements TlsPSKIdentityManager {
        private final Function<String, Optional<byte[]>> keys;
        private final SecureRandom random;
        private String asked;
        private boolean unknown;

        Keys(Function<String, Optional<byte[]>> keys, SecureRandom random) {
            this.keys = keys;
            this.random = random;
        }

        @Override
        public byte[] getHint() {
            return null;
        }

        @Override
        public byte[] getPSK(byte[] identity) {
            asked = new String(identity, StandardCharsets.UTF_8);
            // A name that is no text is nobody's, even if what the decoder makes of it is somebody's.
            boolean text = Arrays.equals(asked.getBytes(StandardCharsets.UTF_8), identity);
            Optional<byte[]> key = text ? keys.apply(asked) : Optional.empty();
            unknown = key.isEmpty();
            return key.orElseGet(() -> {
                byte[] nobodys = new byte[RANDOM_KEY];
                random.nextBytes(nobodys);
                return nobodys;
            });
        }
    }
}
