package dev.sluice.core.transport;

import dev.sluice.api.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the keys of a listener are.
 *
 * @param certificates directory of ca-cert.pem, server-cert.pem, server-key.pem and perhaps ca-crl.pem; empty if keys are shared
 * @param psk file of shared keys; empty if there are certificates
 * @param clients whether clients have to show a certificate
 */
public record TlsConfig(Optional<Path> certificates, Optional<Path> psk, ClientCertificates clients) {
    /** Whether a client is asked who it is. */
    public enum ClientCertificates {
        /** It is not. */
        NOT_ASKED,
        /** It may show a certificate, which must be a good one then; exports decide what that is worth. */
        ASKED,
        /** It must show one. */
        DEMANDED
    }

    /**
     * From what a listener says; shared keys win, as in nbdkit, and without either it is one of nbdkit's directories.
     *
     * @throws ConfigException nothing is said and there is no such directory
     */
    public static TlsConfig of(Optional<Path> certificates, Optional<Path> psk, ClientCertificates clients) {
        if (psk.isPresent()) {
            return new TlsConfig(Optional.empty(), psk, ClientCertificates.NOT_ASKED);
        }
        return new TlsConfig(Optional.of(certificates.orElseGet(TlsConfig::usual)), Optional.empty(), clients);
    }

    private static Path usual() {
        Path home = Path.of(System.getProperty("user.home"));
        List<Path> places = "root".equals(System.getProperty("user.name")) ? List.of(Path.of("/etc/pki/nbdkit"))
                : List.of(home.resolve(".pki/nbdkit"), home.resolve(".config/pki/nbdkit"));
        return places.stream().filter(place -> Files.isReadable(place.resolve(X509Engines.CERTIFICATE))).findFirst()
                .orElseThrow(() -> new ConfigException("tls: there are no certificates in " + places
                        + "; tls-certificates=DIRECTORY or tls-psk=FILE is meant"));
    }
}
