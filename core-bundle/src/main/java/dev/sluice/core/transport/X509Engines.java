package dev.sluice.core.transport;

import dev.sluice.api.ConfigException;
import dev.sluice.core.util.Monitor;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Engines with certificates: the JDK's TLS 1.2 and 1.3 with the files of a directory, named as nbdkit names them.
 *
 * <p>Only suites with forward secrecy and authenticated encryption: every NBD client with TLS has them, and what
 * attackers of TLS 1.2 have lived on is not there.
 */
public final class X509Engines implements TlsEngines {
    static final String CERTIFICATE = "server-cert.pem";
    private static final String ROOTS = "ca-cert.pem";
    private static final String KEY = "server-key.pem";
    private static final String REVOKED = "ca-crl.pem";
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final Predicate<String> GOOD_SUITE = suite -> (suite.startsWith("TLS_AES_") || suite.startsWith("TLS_CHACHA20_")
            || suite.startsWith("TLS_ECDHE_") || suite.startsWith("TLS_DHE_"))
            && (suite.contains("_GCM_") || suite.contains("_CHACHA20_"));
    /** A client that comes again is taken at its word for this long: revocation and expiry are not looked at meanwhile. */
    private static final int RESUME_SECONDS = 600;

    private final Path directory;
    private final TlsConfig.ClientCertificates clients;
    private final FromFiles<SSLContext> context;

    /**
     * Reads the files.
     *
     * @throws ConfigException in one line: they can't be used
     */
    public X509Engines(Path directory, TlsConfig.ClientCertificates clients, Monitor loading) {
        this.directory = directory;
        this.clients = clients;
        this.context = new FromFiles<>("certificates in " + directory,
                Stream.of(ROOTS, CERTIFICATE, KEY, REVOKED).map(directory::resolve).toList(), this::load, loading);
    }

    @Override
    public SSLEngine engine() {
        SSLContext now = context.get();
        SSLEngine engine = now.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = now.getDefaultSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(Arrays.stream(parameters.getCipherSuites()).filter(GOOD_SUITE).toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        switch (clients) {
            case DEMANDED -> parameters.setNeedClientAuth(true);
            case ASKED -> parameters.setWantClientAuth(true);
            default -> { }
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    private SSLContext load() {
        Path certificate = directory.resolve(CERTIFICATE);
        ServerKey key = new ServerKey(PrivateKeys.read(directory.resolve(KEY)), certificates(certificate), certificate);
        List<X509Certificate> roots = certificates(directory.resolve(ROOTS));
        List<X509CRL> lists = revocationLists(directory.resolve(REVOKED), roots);
        try {
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(new KeyManager[] {key}, clients == TlsConfig.ClientCertificates.NOT_ASKED ? new TrustManager[0]
                    : trust(roots, lists), null);
            made.getServerSessionContext().setSessionTimeout(RESUME_SECONDS);
            return made;
        } catch (GeneralSecurityException e) {
            throw new ConfigException(directory + ": " + e.getMessage(), e);
        }
    }

    /** Any certificate of an authority in ca-cert.pem that is not revoked, whatever name it bears: nbdkit asks for no more. */
    private static TrustManager[] trust(List<X509Certificate> roots, List<X509CRL> lists) throws GeneralSecurityException {
        Set<TrustAnchor> anchors = roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
        PKIXBuilderParameters parameters;
        try {
            parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        } catch (InvalidAlgorithmParameterException e) {
            throw new GeneralSecurityException("no authority to trust", e);
        }
        // The JDK's check knows no authority without a list.
        parameters.setRevocationEnabled(false);
        if (!lists.isEmpty()) {
            parameters.addCertPathChecker(new RevocationCheck(lists, roots, Date::new));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return factory.getTrustManagers();
    }

    private static List<X509Certificate> certificates(Path file) {
        List<X509Certificate> found = new ArrayList<>();
        for (Pem block : Pem.read(file)) {
            if (block.label().endsWith("CERTIFICATE")) {
                try {
                    found.add((X509Certificate) factory().generateCertificate(new ByteArrayInputStream(block.der())));
                } catch (CertificateException e) {
                    throw new ConfigException(file + ": its certificate " + (found.size() + 1) + " can't be read: " + e.getMessage(), e);
                }
            }
        }
        if (found.isEmpty()) {
            throw new ConfigException(file + " holds no certificate");
        }
        return found;
    }

    private static List<X509CRL> revocationLists(Path file, List<X509Certificate> roots) {
        List<X509CRL> found = new ArrayList<>();
        if (!Files.exists(file)) {
            return found;
        }
        for (Pem block : Pem.read(file)) {
            if (block.label().equals("X509 CRL")) {
                try {
                    found.add((X509CRL) factory().generateCRL(new ByteArrayInputStream(block.der())));
                } catch (CertificateException | CRLException e) {
                    throw new ConfigException(file + ": its revocation list " + (found.size() + 1) + " can't be read: "
                            + e.getMessage(), e);
                }
            }
        }
        if (found.isEmpty()) {
            // An empty file would otherwise pass for "nobody is revoked".
            throw new ConfigException(file + " holds no revocation list");
        }
        found.forEach(list -> checkSignature(file, list, roots));
        return found;
    }

    /** A list in the name of one of the roots that none of them signed is a mistake, or worse. */
    private static void checkSignature(Path file, X509CRL list, List<X509Certificate> roots) {
        List<X509Certificate> issuers = roots.stream()
                .filter(root -> root.getSubjectX500Principal().equals(list.getIssuerX500Principal())).toList();
        if (!issuers.isEmpty() && issuers.stream().noneMatch(root -> RevocationCheck.isSigned(list, root.getPublicKey()))) {
            throw new ConfigException(file + ": the revocation list of " + list.getIssuerX500Principal()
                    + " is not signed by the authority in " + ROOTS);
        }
    }

    private static CertificateFactory factory() throws CertificateException {
        return CertificateFactory.getInstance("X.509");
    }
}
