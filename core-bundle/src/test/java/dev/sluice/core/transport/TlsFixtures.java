package dev.sluice.core.transport;

import dev.sluice.core.util.RealPlatform;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Certificates of the directory {@code tls} of the test resources, put where a server or a client looks for them. */
final class TlsFixtures {
    private static long stamp;

    private TlsFixtures() {
    }

    /** One of the files that make.sh has made. */
    static byte[] file(String name) {
        try (InputStream in = TlsFixtures.class.getResourceAsStream("/tls/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server's directory with the root, and this certificate and key. */
    static Path directory(Path at, String certificate, String key) throws IOException {
        Files.createDirectories(at);
        put(at, "ca-cert.pem", "root.pem");
        put(at, "server-cert.pem", certificate);
        put(at, "server-key.pem", key);
        return at;
    }

    /** Puts a file there under a name, in one step and with a time of its own, so that a change can be seen. */
    static void put(Path directory, String as, String name) throws IOException {
        write(directory.resolve(as), file(name));
    }

    static void write(Path file, byte[] bytes) throws IOException {
        Path fresh = Files.write(file.resolveSibling(file.getFileName() + ".new"), bytes);
        Files.setLastModifiedTime(fresh, FileTime.from(Instant.ofEpochSecond(1_700_000_000 + stamp++)));
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static X509Engines engines(Path directory, TlsConfig.ClientCertificates clients) {
        return new X509Engines(directory, clients, new RealPlatform().monitor("keys"));
    }

    /** A client that believes every server. */
    static SSLContext client() throws GeneralSecurityException {
        return client(new KeyManager[0]);
    }

    /** One that shows a certificate; any server can ask for it. */
    static SSLContext client(String name, Path scratch) throws GeneralSecurityException, IOException {
        Path key = Files.write(scratch.resolve(name + "-key.pem"), file(name + "-key.pem"));
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(TlsFixtures.class.getResourceAsStream("/tls/" + name + "-cert.pem"));
        return client(new KeyManager[] {new ClientKey(PrivateKeys.read(key), certificate)});
    }

    private static SSLContext client(KeyManager[] keys) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {new Believer()}, null);
        return context;
    }

    private static final class ClientKey extends javax.net.ssl.X509ExtendedKeyManager {
        private final java.security.PrivateKey key;
        private final X509Certificate certificate;

        ClientKey(java.security.PrivateKey key, X509Certificate certificate) {
            this.key = key;
            this.certificate = certificate;
        }

        @Override
        public String[] getClientAliases(String keyType, java.security.Principal[] issuers) {
            return new String[] {"client"};
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, java.security.Principal[] issuers, java.net.Socket socket) {
            return List.of(keyTypes).contains(key.getAlgorithm()) ? "client" : null;
        }

        @Override
        public String[] getServerAliases(String keyType, java.security.Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String keyType, java.security.Principal[] issuers, java.net.Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public java.security.PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }

    /** Extended, or the JDK would check names and algorithms on its own. */
    private static final class Believer extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {
            throw new AssertionError("a client has no clients");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {
            // every server
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine) {
            throw new AssertionError("a client has no clients");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine) {
            // every server
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new AssertionError("a client has no clients");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // every server
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
