package dev.sluice.itests.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.itests.harness.Pki;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Tool;
import dev.sluice.itests.harness.Wire;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;

/** TLS with keys that client and server share, with libnbd and qemu at the other end. */
class SharedKeysIT extends TlsTest {
    private static final String ALICE = "alice:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final String BOB = "bob:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

    private List<Bundle> bundles;
    private Path keys;
    private InetSocketAddress address;

    @BeforeAll
    void listener() throws Exception {
        Requires.programs("nbdinfo", "qemu-img", "psktool");
        keys = Pki.keys(sluice().directory().resolve("keys.psk"), ALICE, BOB);
        address = listen("psk", Map.of("tls", "require", "tls-psk", keys.toString()));
        // after the listener: the order does not matter
        bundles = sluice().startPsk();
    }

    private Path client(String name, String... lines) throws Exception {
        Path directory = Files.createDirectories(sluice().directory().resolve(name));
        return Pki.keys(directory.resolve("keys.psk"), lines);
    }

    private static Tool libnbd(InetSocketAddress address, String user, Path keys) throws Exception {
        return Tool.run("nbdinfo", "--size", "nbds://" + user + "@localhost:" + address.getPort() + "/?tls-psk-file=" + keys);
    }

    private static Tool qemu(InetSocketAddress address, String user, Path keys, String priority) throws Exception {
        return Tool.run("qemu-img", "info", "--output=json", "--object",
                "tls-creds-psk,id=t,dir=" + keys.getParent() + ",endpoint=client,username=" + user
                        + (priority.isEmpty() ? "" : ",priority=" + priority),
                "--image-opts", "driver=nbd,host=localhost,port=" + address.getPort() + ",tls-creds=t");
    }

    @Test
    void whoHasTheKeyIsServed() throws Exception {
        letsIn(libnbd(address, "alice", client("alice", ALICE)));
        letsIn(libnbd(address, "bob", client("bob", BOB)));
        letsIn(qemu(address, "alice", client("qemu", ALICE), ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+ECDHE-PSK:+DHE-PSK:+PSK",
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-PSK",
        "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK"})
    void everyWayToUseAKeyWorks(String priority) throws Exception {
        letsIn(qemu(address, "alice", client("qemu", ALICE), priority));
    }

    @Test
    void aWrongKeyIsRefusedAndTheServerGoesOn() throws Exception {
        Path wrong = client("wrong", "alice:01112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
        refuses(libnbd(address, "alice", wrong));
        refuses(qemu(address, "alice", wrong, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-PSK"));
        letsIn(libnbd(address, "alice", client("alice", ALICE)));
    }

    @Test
    void anIdentityThatNobodyHasIsRefusedAndTheServerGoesOn() throws Exception {
        Path stranger = client("stranger", "eve:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
        refuses(libnbd(address, "eve", stranger));
        refuses(qemu(address, "eve", stranger, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-PSK"));
        letsIn(libnbd(address, "alice", client("alice", ALICE)));
    }

    @Test
    void aClientWithACertificateInsteadIsRefused() throws Exception {
        refuses(nbdinfo(uri(address, "tls-certificates=" + pki.client("alice"))));
        refuses(nbdinfo("nbd://localhost:" + address.getPort()), "TLS");
    }

    @Test
    void keysThatPsktoolMakesAreRead() throws Exception {
        Path made = sluice().directory().resolve("made.psk");
        Tool.run("psktool", "-u", "carol", "-p", made).ok();
        InetSocketAddress other = listen("psktool", Map.of("tls", "on", "tls-psk", made.toString()));
        letsIn(libnbd(other, "carol", client("carol", Files.readString(made).strip())));
        letsIn(nbdinfo("nbd://localhost:" + other.getPort()));
    }

    @Test
    void newKeysCountForTheNextConnection() throws Exception {
        Path changing = Pki.keys(sluice().directory().resolve("changing.psk"), ALICE);
        InetSocketAddress other = listen("changing", Map.of("tls", "require", "tls-psk", changing.toString()));
        Path bob = client("bob", BOB);
        refuses(libnbd(other, "bob", bob));
        Pki.keys(changing, ALICE, BOB);
        letsIn(libnbd(other, "bob", bob));
        Pki.keys(changing, "bob:nonsense");
        letsIn(libnbd(other, "bob", bob));
    }

    @Test
    void aBigDiskIsCopiedThereAndBack() throws Exception {
        Path alice = client("alice", ALICE);
        Path in = sluice().directory().resolve("in.img");
        Path out = sluice().directory().resolve("out.img");
        byte[] data = new byte[64 << 20];
        new java.util.Random(8).nextBytes(data);
        Files.write(in, data);
        String uri = "nbds://alice@localhost:" + address.getPort() + "/?tls-psk-file=" + alice;
        Tool.run("nbdcopy", in, uri).ok();
        Tool.run("nbdcopy", "--connections=4", uri, out).ok();
        assertEquals(-1, Files.mismatch(in, out));
    }

    @Test
    void whileTheLibraryIsGoneTheClientIsToldAndNothingElseIsHarmed() throws Exception {
        InetSocketAddress offered = listen("offered", Map.of("tls", "on", "tls-psk", keys.toString()));
        for (Bundle b : bundles) {
            if (b.getSymbolicName().equals("dev.sluice.psk")) {
                b.stop();
            }
        }
        try (RawNbdClient c = RawNbdClient.greeted(offered)) {
            assertEquals(Wire.REP_ERR_PLATFORM, c.verdict(Wire.OPT_STARTTLS));
            c.go("").close();
        }
        for (Bundle b : bundles) {
            b.start();
        }
        letsIn(libnbd(offered, "alice", client("alice", ALICE)));
    }
}
