package dev.sluice.itests.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.OptionReply;
import dev.sluice.itests.harness.Pki;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Exports that say for themselves who may open them: TLS or not, which certificate, which key, reading only or not. */
class PerExportIT extends TlsTest {
    private InetSocketAddress address;

    @BeforeAll
    void exports() throws Exception {
        Map<String, Object> settings = certificates("on", pki.server("server"));
        settings.put("tls-verify-peer", "optional");
        address = listen("selective", settings);
        sluice().export("public", "memory 1M");
        sluice().export("encrypted", Map.of("tls", "require"), "memory 1M");
        sluice().export("alices", Map.of("tls-allow", new String[] {"dn:CN=alice,O=Tests"}), "memory 1M");
        sluice().export("shown", Map.of("tls-write", new String[] {"san:dns:alice.example"}), "memory 1M");
    }

    private RawNbdClient plain() throws Exception {
        return RawNbdClient.greeted(address);
    }

    private RawNbdClient nobody() throws Exception {
        return encrypted(address, Pki.engine());
    }

    private RawNbdClient named(String name) throws Exception {
        return encrypted(address, pki.engineOf(pki.client(name)));
    }

    private static int go(RawNbdClient client, String export) throws Exception {
        try (client) {
            return client.verdict(Wire.OPT_GO, RawNbdClient.goPayload(export));
        }
    }

    private static List<String> list(RawNbdClient client) throws Exception {
        try (client) {
            return client.ask(Wire.OPT_LIST).stream().filter(r -> r.type() == Wire.REP_SERVER).map(PerExportIT::name)
                    .filter(n -> !n.isEmpty()).sorted().toList();
        }
    }

    private static String name(OptionReply reply) {
        byte[] name = new byte[reply.buffer().getInt(0)];
        reply.buffer().get(4, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    @Test
    void withoutTlsOnlyWhatDoesNotWantItCanBeOpened() throws Exception {
        assertEquals(Wire.REP_ACK, go(plain(), "public"));
        for (String export : new String[] {"encrypted", "alices", "shown"}) {
            assertEquals(Wire.REP_ERR_TLS_REQD, go(plain(), export), export);
            try (RawNbdClient c = plain()) {
                assertEquals(Wire.REP_ERR_TLS_REQD, c.verdict(Wire.OPT_INFO, RawNbdClient.goPayload(export)));
                // only GO and INFO may say so
                assertEquals(Wire.REP_ERR_UNKNOWN, c.verdict(Wire.OPT_LIST_META_CONTEXT, RawNbdClient.metaPayload(export)));
                c.startTls(Pki.engine());
                assertTrue(c.verdict(Wire.OPT_GO, RawNbdClient.goPayload(export)) != Wire.REP_ERR_TLS_REQD);
            }
        }
    }

    @Test
    void onAListenerWithoutTlsNobodyIsSentToLookForIt() throws Exception {
        try (RawNbdClient c = RawNbdClient.greeted(server.tcp())) {
            assertEquals(Wire.REP_ERR_POLICY, c.verdict(Wire.OPT_GO, RawNbdClient.goPayload("encrypted")));
        }
    }

    @Test
    void theOldOptionClosesTheConnection() throws Exception {
        try (RawNbdClient c = plain()) {
            c.option(Wire.OPT_EXPORT_NAME, "encrypted".getBytes(StandardCharsets.UTF_8));
            c.awaitCloseWithoutAWord();
        }
    }

    @Test
    void everybodySeesWhatTheyMayOpen() throws Exception {
        assertEquals(List.of("public"), list(plain()));
        assertEquals(List.of("encrypted", "public", "shown"), list(nobody()));
        assertEquals(List.of("alices", "encrypted", "public", "shown"), list(named("alice")));
        assertEquals(List.of("encrypted", "public", "shown"), list(named("bob")));
    }

    @Test
    void whoIsNotNamedIsRefused() throws Exception {
        assertEquals(Wire.REP_ERR_POLICY, go(nobody(), "alices"));
        assertEquals(Wire.REP_ERR_POLICY, go(named("bob"), "alices"));
        assertEquals(Wire.REP_ACK, go(named("alice"), "alices"));
    }

    @Test
    void whoMayNotWriteReads() throws Exception {
        try (Session s = named("bob").go("shown")) {
            assertTrue((s.facts().flags() & Wire.READ_ONLY) != 0);
            assertEquals(Wire.EPERM, s.write(0, (byte) 1).error());
            s.read(0, 512).ok();
        }
        try (Session s = named("alice").go("shown")) {
            assertEquals(0, s.facts().flags() & Wire.READ_ONLY);
            s.write(0, (byte) 1).ok();
        }
    }

    @Test
    void keysNameClientsToo() throws Exception {
        sluice().startPsk();
        java.nio.file.Path keys = Pki.keys(sluice().directory().resolve("keys.psk"), "carol:00112233445566778899aabbccddeeff",
                "dave:00112233445566778899aabbccddeeff");
        InetSocketAddress psk = listen("psk", Map.of("tls", "on", "tls-psk", keys.toString()));
        sluice().export("carols", Map.of("tls-allow", new String[] {"psk:carol"}), "memory 1M");
        String query = "/carols?tls-psk-file=" + keys;
        letsIn(nbdinfo("nbds://carol@localhost:" + psk.getPort() + query));
        refuses(nbdinfo("nbds://dave@localhost:" + psk.getPort() + query), "policy");
    }
}
