package dev.sluice.itests.tls;

import dev.sluice.itests.harness.Pki;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Tool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Certificates good and bad, with libnbd and qemu (both GnuTLS) and Python (OpenSSL) at the other end. */
class CertificatesIT extends TlsTest {
    /** STARTTLS by hand, then OpenSSL: prints the version, what the server says to ABORT, and how the stream ends. */
    private static final String OPENSSL = """
            import socket, ssl, struct, sys
            port, version, ca, cert, key = sys.argv[1:6]
            s = socket.create_connection(('localhost', int(port)), timeout=60)
            def take(n):
                b = b''
                while len(b) < n:
                    part = s.recv(n - len(b))
                    if not part: raise SystemExit('the server has closed')
                    b += part
                return b
            take(18)
            s.sendall(struct.pack('>I', 3) + struct.pack('>QII', 0x49484156454F5054, 5, 0))
            assert struct.unpack('>QIII', take(20))[2] == 1
            context = ssl.create_default_context(cafile=ca)
            context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
            if cert: context.load_cert_chain(cert, key)
            s = context.wrap_socket(s, server_hostname='localhost')
            s.sendall(struct.pack('>QII', 0x49484156454F5054, 2, 0))
            print(s.version(), struct.unpack('>QIII', take(20))[2], s.recv(1))
            """;

    private Path directory;
    private InetSocketAddress asking;
    private InetSocketAddress open;

    @BeforeAll
    void listeners() throws Exception {
        Requires.programs("nbdinfo", "qemu-img", "python3");
        directory = pki.server("server");
        Map<String, Object> verify = certificates("require", directory);
        verify.put("tls-verify-peer", true);
        asking = listen("asking", verify);
        open = listen("open", certificates("require", directory));
    }

    private static Tool libnbd(InetSocketAddress address, Path certificates) throws Exception {
        return nbdinfo(uri(address, "tls-certificates=" + certificates));
    }

    private static Tool qemu(InetSocketAddress address, Path certificates) throws Exception {
        return Tool.run("qemu-img", "info", "--output=json", "--object",
                "tls-creds-x509,id=t,dir=" + certificates + ",endpoint=client", "--image-opts",
                "driver=nbd,host=localhost,port=" + address.getPort() + ",tls-creds=t");
    }

    private Tool openssl(InetSocketAddress address, String version, Path client) throws Exception {
        return Tool.run("/usr/bin/python3", "-c", OPENSSL, address.getPort(), version, directory.resolve("ca-cert.pem"),
                client == null ? "" : client.resolve("client-cert.pem"), client == null ? "" : client.resolve("client-key.pem"));
    }

    @Test
    void whoTrustsTheAuthorityIsServed() throws Exception {
        Path alice = pki.client("alice");
        letsIn(libnbd(open, alice));
        letsIn(qemu(open, alice));
    }

    @Test
    void openSslIsServedInBothVersionsAndIsToldOfTheEnd() throws Exception {
        for (String version : new String[] {"TLSv1_2", "TLSv1_3"}) {
            Tool client = openssl(open, version, null).ok();
            org.junit.jupiter.api.Assertions.assertEquals(version.replace('_', '.') + " 1 b''", client.out().strip());
        }
    }

    @Test
    void aClientThatTrustsSomebodyElseDoesNotComeAndTheServerGoesOn() throws Exception {
        Path other = new Pki(sluice().directory().resolve("strangers")).client("alice");
        refuses(libnbd(open, other), "certificate");
        refuses(qemu(open, other), "certificate");
        letsIn(libnbd(open, pki.client("alice")));
    }

    @Test
    void whoSpeaksPlainTextWhereTlsIsRequiredIsTold() throws Exception {
        Tool plain = nbdinfo("nbd://localhost:" + open.getPort());
        refuses(plain, "TLS");
        refuses(Tool.run("qemu-img", "info", "nbd://localhost:" + open.getPort()), "TLS");
    }

    @Test
    void whereTlsIsOfferedBothKindsAreServed() throws Exception {
        InetSocketAddress both = listen("both", certificates("on", directory));
        letsIn(nbdinfo("nbd://localhost:" + both.getPort()));
        letsIn(libnbd(both, pki.client("alice")));
    }

    @Test
    void whereACertificateIsDemandedWhoHasOneIsServed() throws Exception {
        Path alice = pki.client("alice");
        letsIn(libnbd(asking, alice));
        letsIn(qemu(asking, alice));
        openssl(asking, "TLSv1_2", alice).ok();
        openssl(asking, "TLSv1_3", alice).ok();
    }

    @Test
    void whereACertificateIsDemandedWhoHasNoneIsRefused() throws Exception {
        Path bare = Files.createDirectories(sluice().directory().resolve("bare"));
        Files.copy(directory.resolve("ca-cert.pem"), bare.resolve("ca-cert.pem"), StandardCopyOption.REPLACE_EXISTING);
        refuses(libnbd(asking, bare));
        refuses(qemu(asking, bare));
        refuses(openssl(asking, "TLSv1_2", null), "alert");
        refuses(openssl(asking, "TLSv1_3", null), "alert");
        letsIn(libnbd(asking, pki.client("alice")));
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
        Path other = new Pki(sluice().directory().resolve("others")).client("mallory");
        Files.copy(directory.resolve("ca-cert.pem"), other.resolve("ca-cert.pem"), StandardCopyOption.REPLACE_EXISTING);
        refuses(openssl(asking, "TLSv1_3", other), "alert");
        letsIn(libnbd(asking, pki.client("alice")));
    }

    @Test
    void aCertificateWhoseTimeIsOverIsRefused() throws Exception {
        refuses(openssl(asking, "TLSv1_3", pki.expired("bygone")), "alert certificate");
        refuses(openssl(asking, "TLSv1_2", pki.expired("bygone")), "alert certificate");
    }

    @Test
    void aRevokedCertificateIsRefusedFromTheNextConnectionOn() throws Exception {
        Path own = copy(directory, "revoking");
        Map<String, Object> verify = certificates("require", own);
        verify.put("tls-verify-peer", true);
        InetSocketAddress address = listen("revoking", verify);
        Path mallory = pki.client("mallory");
        letsIn(libnbd(address, mallory));
        pki.revoke(mallory, own);
        refuses(libnbd(address, mallory));
        refuses(openssl(address, "TLSv1_3", mallory), "alert");
        letsIn(libnbd(address, pki.client("alice")));
    }

    private Path copy(Path from, String name) throws IOException {
        Path to = Files.createDirectories(sluice().directory().resolve(name));
        for (String file : new String[] {"ca-cert.pem", "server-cert.pem", "server-key.pem"}) {
            Path fresh = Files.copy(from.resolve(file), to.resolve("fresh"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(fresh, to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        return to;
    }

    @Test
    void newCertificatesCountForNewConnectionsAndOldOnesStay() throws Exception {
        Path own = copy(directory, "changing");
        InetSocketAddress address = listen("changing", certificates("require", own));
        Pki next = new Pki(sluice().directory().resolve("next"));
        Path follower = next.client("alice");
        Path alice = pki.client("alice");
        letsIn(libnbd(address, alice));
        refuses(libnbd(address, follower), "certificate");
        try (Session before = encrypted(address).go("")) {
            copy(next.server("server"), "changing");
            letsIn(libnbd(address, follower));
            refuses(libnbd(address, alice), "certificate");
            before.read(0, 512).ok();
            Files.writeString(own.resolve("server-key.pem"), "nonsense");
            letsIn(libnbd(address, follower));
            before.read(0, 512).ok();
        }
    }

    @Test
    void filesThatCantBeUsedAreNamedInTheStatusOfTheListener() throws Exception {
        Path empty = Files.createDirectories(sluice().directory().resolve("empty"));
        AssertionError e = org.junit.jupiter.api.Assertions.assertThrows(AssertionError.class,
                () -> listen("broken", certificates("on", empty)));
        org.junit.jupiter.api.Assertions.assertTrue(e.getMessage().endsWith(
                empty.resolve("server-key.pem") + " can't be read: there is no such file"), e.getMessage());
    }

    @Test
    void aBigDiskIsCopiedThereAndBack() throws Exception {
        Path alice = pki.client("alice");
        Path in = sluice().directory().resolve("in.img");
        Path out = sluice().directory().resolve("out.img");
        byte[] data = new byte[64 << 20];
        new java.util.Random(7).nextBytes(data);
        Files.write(in, data);
        String uri = uri(asking, "tls-certificates=" + alice);
        Tool.run("nbdcopy", in, uri).ok();
        Tool.run("nbdcopy", "--connections=4", uri, out).ok();
        org.junit.jupiter.api.Assertions.assertEquals(-1, Files.mismatch(in, out));
        Tool.run("qemu-img", "compare", "--object", "tls-creds-x509,id=t,dir=" + alice + ",endpoint=client", "--image-opts",
                "driver=raw,file.driver=file,file.filename=" + in,
                "driver=nbd,host=localhost,port=" + asking.getPort() + ",tls-creds=t").ok();
    }

    @Test
    void aUnixSocketIsEncryptedToo() throws Exception {
        listenOnUnix("secure", certificates("require", directory));
        Path socket = sluice().directory().resolve("secure.sock");
        letsIn(nbdinfo("nbds+unix://localhost/?socket=" + socket + "&tls-certificates=" + pki.client("alice")));
        refuses(nbdinfo("nbd+unix:///?socket=" + socket), "TLS");
        try (RawNbdClient c = RawNbdClient.greeted(java.net.UnixDomainSocketAddress.of(socket))) {
            c.startTls(Pki.engine()).go("").close();
        }
    }
}
