package dev.sluice.itests.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * An authority and its certificates, made by openssl when a test asks for them, in directories as GnuTLS's programs and
 * nbdkit want them: a server's, and one for each client.
 */
public final class Pki {
    private static final String OVER = "20200201000000Z";

    private final Path home;
    private final List<String> made = new ArrayList<>();

    /** With a new authority, in this directory. */
    public Pki(Path home) throws IOException, InterruptedException {
        this.home = Files.createDirectories(home);
        Requires.programs("openssl");
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3", "-subj",
                "/CN=Test authority", "-keyout", "ca-key.pem", "-out", "ca-cert.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
        Files.writeString(home.resolve("index"), "");
        Files.writeString(home.resolve("number"), "01\n");
        Files.writeString(home.resolve("serial"), "1000\n");
        Files.writeString(home.resolve("ca.cnf"), """
                [ca]
                default_ca = d
                [d]
                database = index
                crlnumber = number
                serial = serial
                new_certs_dir = .
                default_md = sha256
                default_crl_days = 3
                default_days = 3
                policy = p
                unique_subject = no
                copy_extensions = copy
                [p]
                organizationName = optional
                commonName = supplied
                """);
    }

    private void openssl(String... words) throws IOException, InterruptedException {
        List<Object> command = new ArrayList<>(List.of("env", "-C", home, "openssl"));
        command.addAll(List.of(words));
        Tool.run(command.toArray()).ok();
    }

    /** The directory of a server for this machine; the same one if it was made already. */
    public Path server(String name) throws IOException, InterruptedException {
        return directory(name, "server", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1");
    }

    /** The directory of a client that is called so. */
    public Path client(String name) throws IOException, InterruptedException {
        return directory(name, "client", "/O=Tests/CN=" + name, "subjectAltName=DNS:" + name + ".example");
    }

    /** The directory of a client whose time is over. */
    public Path expired(String name) throws IOException, InterruptedException {
        return directory(name, "client", "/O=Tests/CN=" + name, "subjectAltName=DNS:" + name + ".example", "-startdate", "20200101000000Z",
                "-enddate", OVER);
    }

    private Path directory(String name, String role, String subject, String extension, String... more)
            throws IOException, InterruptedException {
        Path directory = home.resolve(name);
        if (made.contains(name)) {
            return directory;
        }
        made.add(name);
        Files.createDirectories(directory);
        // GnuTLS 3.7 does not show an RSA certificate to a JDK 25 that speaks TLS 1.3, see docs/tls.md.
        List<String> key = role.equals("client") ? List.of("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1") : List.of("rsa:2048");
        List<String> request = new ArrayList<>(List.of("req", "-new", "-newkey"));
        request.addAll(key);
        request.addAll(List.of("-nodes", "-subj", subject, "-addext", extension, "-keyout", name + "/" + role + "-key.pem", "-out", "csr"));
        openssl(request.toArray(String[]::new));
        List<String> sign = new ArrayList<>(List.of("ca", "-config", "ca.cnf", "-cert", "ca-cert.pem", "-keyfile", "ca-key.pem", "-batch",
                "-notext", "-in", "csr", "-out", name + "/" + role + "-cert.pem"));
        sign.addAll(List.of(more));
        openssl(sign.toArray(String[]::new));
        Files.copy(home.resolve("ca-cert.pem"), directory.resolve("ca-cert.pem"));
        return directory;
    }

    /** Revokes the certificate of a client and puts the list into a server's directory. */
    public void revoke(Path client, Path server) throws IOException, InterruptedException {
        openssl("ca", "-config", "ca.cnf", "-cert", "ca-cert.pem", "-keyfile", "ca-key.pem", "-revoke",
                client.resolve("client-cert.pem").toString());
        openssl("ca", "-config", "ca.cnf", "-cert", "ca-cert.pem", "-keyfile", "ca-key.pem", "-gencrl", "-out", "crl");
        Files.move(home.resolve("crl"), server.resolve("ca-crl.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** A file of shared keys as psktool makes it; it answers with the path. */
    public static Path keys(Path file, String... lines) throws IOException {
        Path fresh = Files.write(file.resolveSibling(file.getFileName() + ".new"), List.of(lines), StandardCharsets.UTF_8);
        return Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A TLS client that believes every server and has no certificate. */
    public static SSLEngine engine(String... protocols) throws GeneralSecurityException {
        return engine(null, protocols);
    }

    /** A TLS client that believes every server, with the certificate of this directory. */
    public SSLEngine engineOf(Path client) throws IOException, InterruptedException, GeneralSecurityException {
        openssl("pkcs12", "-export", "-inkey", client.resolve("client-key.pem").toString(), "-in",
                client.resolve("client-cert.pem").toString(), "-out", "store", "-passout", "pass:x");
        KeyStore store = KeyStore.getInstance(home.resolve("store").toFile(), "x".toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "x".toCharArray());
        return engine(keys.getKeyManagers());
    }

    private static SSLEngine engine(KeyManager[] keys, String... protocols) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {new Believer()}, null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        if (protocols.length > 0) {
            engine.setEnabledProtocols(protocols);
        }
        return engine;
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
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            throw new AssertionError("a client has no clients");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
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
