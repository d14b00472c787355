package dev.sluice.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.TlsIdentity;
import dev.sluice.core.transport.TlsConfig.ClientCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class X509EnginesTest {
    @TempDir
    private Path scratch;
    private Path directory;

    @BeforeEach
    void keys() throws Exception {
        directory = TlsFixtures.directory(scratch.resolve("server"), "server-cert.pem", "server-key.pem");
    }

    private TlsIdentity come(ClientCertificates clients, SSLContext client, String protocol) throws Exception {
        try (TlsPair p = TlsPair.of(TlsFixtures.engines(directory, clients), client, protocol)) {
            return p.wire().identity();
        }
    }

    /** The server's side of a handshake that fails; the client may think for a while that all is well. */
    private SSLException refused(SSLContext client) throws Exception {
        try (TlsPair p = TlsPair.silent(TlsFixtures.engines(directory, ClientCertificates.DEMANDED), client)) {
            try {
                p.client().startHandshake();
                p.client().getInputStream().read();
            } catch (SSLException told) {
                // what the server says of it counts
            }
            return assertThrows(SSLException.class, p::accepted);
        }
    }

    private SSLContext client(String name) throws Exception {
        return TlsFixtures.client(name, scratch);
    }

    private static String subject(TlsEngines engines) throws Exception {
        try (TlsPair p = TlsPair.of(engines, TlsFixtures.client(), "TLSv1.3")) {
            return ((X509Certificate) p.client().getSession().getPeerCertificates()[0]).getPublicKey().getAlgorithm();
        }
    }

    @ParameterizedTest
    @CsvSource({"server-cert.pem,server-key.pem", "server-cert.pem,server-pkcs1-key.pem", "server-ec-cert.pem,server-ec-key.pem",
        "server-ec-cert.pem,server-sec1-key.pem", "server-ec-cert.pem,server-sec1-with-parameters-key.pem"})
    void keysAreReadInAllTheirForms(String certificate, String key) throws Exception {
        TlsFixtures.directory(directory, certificate, key);
        assertEquals(TlsIdentity.NOBODY, come(ClientCertificates.NOT_ASKED, TlsFixtures.client(), "TLSv1.3"));
        assertEquals(TlsIdentity.NOBODY, come(ClientCertificates.NOT_ASKED, TlsFixtures.client(), "TLSv1.2"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "server-encrypted-key.pem       | holds an encrypted key; a key without a password is meant",
        "server-encrypted-pkcs1-key.pem | holds an encrypted key; a key without a password is meant",
        "server-cert.pem                | holds no private key"})
    void aKeyThatCantBeReadIsNamed(String key, String why) throws Exception {
        TlsFixtures.directory(directory, "server-cert.pem", key);
        assertEquals(directory.resolve("server-key.pem") + " " + why, refusal());
    }

    private String refusal() {
        String text = assertThrows(ConfigException.class, () -> TlsFixtures.engines(directory, ClientCertificates.DEMANDED)).getMessage();
        assertEquals(1, text.lines().count());
        return text;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ca-cert.pem", "server-cert.pem", "server-key.pem"})
    void aFileThatIsMissingIsNamed(String name) throws Exception {
        Files.delete(directory.resolve(name));
        assertEquals(directory.resolve(name) + " can't be read: there is no such file", refusal());
    }

    @Test
    void aCertificateOfAnotherKeyIsRefused() throws Exception {
        TlsFixtures.directory(directory, "server-cert.pem", "server-ec-key.pem");
        assertEquals(directory.resolve("server-cert.pem") + " is not the certificate of the private key beside it", refusal());
    }

    @Test
    void brokenFilesAreNamed() throws Exception {
        Files.writeString(directory.resolve("server-cert.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertTrue(refusal().startsWith(directory.resolve("server-cert.pem") + ": its certificate 1 can't be read: "));
        TlsFixtures.directory(directory, "server-cert.pem", "server-key.pem");
        Files.writeString(directory.resolve("ca-crl.pem"), "");
        assertEquals(directory.resolve("ca-crl.pem") + " holds no revocation list", refusal());
    }

    @Test
    void aListThatTheAuthorityHasNotSignedIsRefused() throws Exception {
        TlsFixtures.put(directory, "ca-crl.pem", "forged-crl.pem");
        assertTrue(refusal().contains("is not signed by the authority"), refusal());
    }

    @Test
    void nobodyIsAskedForACertificateUnlessItIsSaid() throws Exception {
        assertEquals(TlsIdentity.NOBODY, come(ClientCertificates.NOT_ASKED, client("client"), "TLSv1.3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoShowsACertificateIsKnownByItsNames(String protocol) throws Exception {
        TlsIdentity alice = come(ClientCertificates.DEMANDED, client("client"), protocol);
        assertEquals(Optional.of("CN=alice,O=Example"), alice.dn());
        assertEquals(Optional.of("CN=Sluice test root"), alice.issuerDn());
        assertEquals(List.of("dns:alice.example", "email:alice@example.org", "uri:spiffe://example/alice", "ip:192.0.2.1"),
                alice.altNames());
        assertEquals(Optional.empty(), alice.psk());
    }

    @Test
    void whereOneIsAskedForItMayBeLeftOut() throws Exception {
        assertEquals(TlsIdentity.NOBODY, come(ClientCertificates.ASKED, TlsFixtures.client(), "TLSv1.3"));
        assertEquals("CN=alice,O=Example", come(ClientCertificates.ASKED, client("client"), "TLSv1.3").toString());
    }

    @Test
    void whoShowsNoneIsRefusedWhereOneIsDemanded() throws Exception {
        refused(TlsFixtures.client());
    }

    @ParameterizedTest
    @ValueSource(strings = {"other", "expired"})
    void aCertificateThatIsNotGoodIsRefused(String name) throws Exception {
        refused(client(name));
    }

    @Test
    void aRevokedCertificateIsRefusedAndTheOthersAreNot() throws Exception {
        assertEquals("CN=mallory", come(ClientCertificates.DEMANDED, client("revoked"), "TLSv1.3").toString());
        TlsFixtures.put(directory, "ca-crl.pem", "crl.pem");
        SSLException e = refused(client("revoked"));
        assertTrue(causes(e).contains("the certificate CN=mallory is revoked"), causes(e));
        assertEquals("CN=alice,O=Example", come(ClientCertificates.DEMANDED, client("client"), "TLSv1.3").toString());
    }

    private static String causes(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (Throwable t = e; t != null; t = t.getCause()) {
            text.append(t.getMessage()).append('\n');
        }
        return text.toString();
    }

    @Test
    void aListThatIsOutOfDateLetsNobodyIn() throws Exception {
        TlsFixtures.put(directory, "ca-crl.pem", "old-crl.pem");
        assertTrue(causes(refused(client("client"))).contains("is out of date"));
    }

    @Test
    void newFilesAreReadForTheNextConnection() throws Exception {
        TlsEngines engines = TlsFixtures.engines(directory, ClientCertificates.NOT_ASKED);
        assertEquals("RSA", subject(engines));
        TlsFixtures.put(directory, "server-key.pem", "server-ec-key.pem");
        assertEquals("RSA", subject(engines), "half of the files are new");
        TlsFixtures.put(directory, "server-cert.pem", "server-ec-cert.pem");
        assertEquals("EC", subject(engines));
    }

    @Test
    void filesThatAreBrokenLaterChangeNothing() throws Exception {
        TlsEngines engines = TlsFixtures.engines(directory, ClientCertificates.NOT_ASKED);
        TlsFixtures.write(directory.resolve("server-cert.pem"), new byte[100]);
        assertEquals("RSA", subject(engines));
        Files.delete(directory.resolve("server-key.pem"));
        assertEquals("RSA", subject(engines));
        TlsFixtures.directory(directory, "server-ec-cert.pem", "server-ec-key.pem");
        assertEquals("EC", subject(engines));
    }

    @Test
    void aListThatComesLaterCounts() throws Exception {
        TlsEngines engines = TlsFixtures.engines(directory, ClientCertificates.DEMANDED);
        SSLContext mallory = client("revoked");
        try (TlsPair p = TlsPair.of(engines, mallory, "TLSv1.3")) {
            assertEquals("CN=mallory", p.wire().identity().toString());
            // lets the client have what it needs to come again more quickly
            TlsPair.write(p.wire(), new byte[1]);
            p.receive(1);
        }
        TlsFixtures.put(directory, "ca-crl.pem", "crl.pem");
        try (TlsPair p = TlsPair.silent(engines, mallory)) {
            try {
                p.client().startHandshake();
                p.client().getInputStream().read();
            } catch (SSLException told) {
                // the server's side counts
            }
            assertThrows(SSLException.class, p::accepted);
        }
    }

    @Test
    void filesThatHaveNotChangedAreNotReadAgain() throws Exception {
        TlsEngines engines = TlsFixtures.engines(directory, ClientCertificates.NOT_ASKED);
        Path key = directory.resolve("server-key.pem");
        var time = Files.getLastModifiedTime(key);
        byte[] other = Files.readAllBytes(key);
        other[40] ^= 1;
        Files.write(key, other);
        Files.setLastModifiedTime(key, time);
        assertEquals("RSA", subject(engines));
        assertNotEquals(0, Files.size(key));
    }
}
