package dev.sluice.itests.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pki;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Tool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** What tests of TLS share: an authority, listeners with its certificates, clients of several makes. */
abstract class TlsTest extends ServedTest {
    protected Pki pki;
    /** Those that a test has opened for itself; the others are there as long as the server. */
    private final List<String> ofTest = new ArrayList<>();
    private boolean inTest;

    protected TlsTest(String... layers) {
        super(layers);
    }

    @BeforeAll
    void makeAuthority() throws Exception {
        Assumptions.assumeTrue(onSluice(), "nbdkit's own TLS is not tested here");
        pki = new Pki(sluice().directory().resolve("pki"));
    }

    protected SluiceServer sluice() {
        return (SluiceServer) server;
    }

    /** A listener on a port of its own. */
    protected InetSocketAddress listen(String name, Map<String, Object> more) throws IOException {
        noteListener(name);
        return SluiceServer.tcpAddress(sluice().listen(name, "tcp:127.0.0.1:0", more));
    }

    private void noteListener(String name) {
        if (inTest) {
            ofTest.add(name);
        }
    }

    @BeforeEach
    void beginTest() {
        inTest = true;
    }

    @AfterEach
    void closeListenersOfTheTest() throws IOException {
        inTest = false;
        for (String name : ofTest) {
            sluice().unlisten(name);
        }
        ofTest.clear();
    }

    /** What a listener with certificates says. */
    protected Map<String, Object> certificates(String mode, Path directory) {
        return new HashMap<>(Map.of("tls", mode, "tls-certificates", directory.toString()));
    }

    /** A listener on a Unix socket. */
    protected UnixDomainSocketAddress listenOnUnix(String name, Map<String, Object> more) throws IOException {
        Path socket = sluice().directory().resolve(name + ".sock");
        noteListener(name);
        sluice().listen(name, "unix:" + socket, more);
        return UnixDomainSocketAddress.of(socket);
    }

    /** A client that has shaken hands and chosen nothing yet. */
    protected static RawNbdClient encrypted(SocketAddress address, SSLEngine engine) throws IOException {
        RawNbdClient c = RawNbdClient.greeted(address);
        try {
            return c.startTls(engine);
        } catch (IOException | RuntimeException | Error e) {
            c.close();
            throw e;
        }
    }

    protected static RawNbdClient encrypted(SocketAddress address) throws IOException, GeneralSecurityException {
        return encrypted(address, Pki.engine());
    }

    /** A whole session, to show that the server goes on. */
    protected static void works(SocketAddress address) throws Exception {
        try (Session s = encrypted(address).go("")) {
            s.write(0, new byte[] {1, 2, 3}).ok();
            assertEquals(2, s.read(0, 3).data()[1]);
            s.disconnect();
        }
    }

    /** libnbd's view of a URI. */
    protected static Tool nbdinfo(String uri) throws Exception {
        return Tool.run("nbdinfo", "--size", uri);
    }

    protected static void letsIn(Tool client) {
        assertEquals(0, client.exit(), client.toString());
    }

    protected static void refuses(Tool client, String... words) {
        assertNotEquals(0, client.exit(), client.toString());
        for (String word : words) {
            assertTrue(client.err().contains(word), client.err());
        }
    }

    /** {@code nbds://…} with a directory of certificates. */
    protected static String uri(InetSocketAddress address, String query) {
        return "nbds://localhost:" + address.getPort() + "/?" + query;
    }
}
