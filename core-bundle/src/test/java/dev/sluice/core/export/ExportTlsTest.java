package dev.sluice.core.export;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.Peer;
import dev.sluice.api.TlsIdentity;
import dev.sluice.api.contract.TestClient;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportTlsTest {
    private static final ClientInfo PLAIN = new TestClient(1);
    private static final ClientInfo NOBODY = client(TlsIdentity.NOBODY);
    private static final ClientInfo ALICE = client(new TlsIdentity(Optional.of("CN=alice,O=Example"), Optional.of("CN=Root"),
            List.of("dns:alice.example", "ip:192.0.2.1"), Optional.empty()));
    private static final ClientInfo BOB = client(TlsIdentity.ofKey("bob"));

    private static ClientInfo client(TlsIdentity identity) {
        return new TestClient(2, Peer.LOCAL, identity);
    }

    private static ExportTls tls(String mode, List<String> allow, List<String> write) {
        return ExportTls.parse("disk", mode, allow, write);
    }

    private static boolean allows(String rule, ClientInfo client) {
        return tls("", List.of(rule), List.of()).admits(client);
    }

    @Test
    void anExportThatSaysNothingIsForEverybody() {
        for (ExportTls nothing : List.of(ExportTls.NONE, tls("", List.of(), List.of()), tls("optional", List.of(), List.of()))) {
            for (ClientInfo client : List.of(PLAIN, NOBODY, ALICE, BOB)) {
                assertTrue(nothing.admits(client) && nothing.mayWrite(client));
                assertDoesNotThrow(() -> nothing.check("disk", client));
            }
        }
    }

    @Test
    void requiredOnlyWhoEncryptsIsLetIn() {
        ExportTls required = tls("require", List.of(), List.of());
        assertTrue(required.admits(NOBODY));
        assertFalse(required.admits(PLAIN));
        RefusedClientException e = assertThrows(RefusedClientException.class, () -> required.check("disk", PLAIN));
        assertTrue(e.isTlsRequired());
        assertEquals("export 'disk' is there only for clients that use TLS", e.getMessage());
    }

    @Test
    void whoIsNotNamedIsNotLetIn() {
        ExportTls named = tls("", List.of("dn:CN=alice,*", "psk:bob"), List.of());
        assertTrue(named.required());
        assertTrue(named.admits(ALICE) && named.admits(BOB));
        RefusedClientException e = assertThrows(RefusedClientException.class, () -> named.check("disk", NOBODY));
        assertFalse(e.isTlsRequired());
        assertTrue(assertThrows(RefusedClientException.class, () -> named.check("disk", PLAIN)).isTlsRequired());
    }

    @Test
    void clientsAreNamedByAllThatTlsProves() {
        for (String rule : List.of("dn:CN=alice,O=Example", "dn:*,O=Ex?mple", "issuer-dn:CN=Root", "san:dns:*.example",
                "san:ip:192.0.2.1")) {
            assertTrue(allows(rule, ALICE), rule);
            assertFalse(allows(rule, BOB), rule);
            assertFalse(allows(rule, NOBODY), rule);
        }
        for (String rule : List.of("dn:CN=alice", "dn:cn=alice,O=Example", "issuer-dn:CN=Roo", "san:alice.example", "psk:*",
                "dn:CN=alice,O=Exampl[e]", "dn:CN=.lice,O=Example")) {
            assertFalse(allows(rule, ALICE), rule);
        }
        assertTrue(allows("psk:*", BOB));
        assertFalse(allows("dn:*", BOB));
    }

    @Test
    void whoMayNotWriteMayStillRead() {
        ExportTls write = tls("", List.of(), List.of("dn:CN=alice,*"));
        assertTrue(write.required());
        assertTrue(write.admits(BOB) && write.admits(NOBODY));
        assertTrue(write.mayWrite(ALICE));
        assertFalse(write.mayWrite(BOB));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "dn:", "DN:CN=a", "cn:alice", ""})
    void whatNamesNobodyIsRefused(String rule) {
        ConfigException e = assertThrows(ConfigException.class, () -> tls("require", List.of(rule), List.of()));
        assertEquals("export disk: '" + rule + "' names no clients; dn:NAME, issuer-dn:NAME, san:KIND:NAME or psk:USER is meant",
                e.getMessage());
    }

    @Test
    void rulesWithoutTlsAreRefused() {
        ConfigException e = assertThrows(ConfigException.class, () -> tls("optional", List.of("psk:bob"), List.of()));
        assertEquals("export disk: without TLS nobody knows a client: tls-allow and tls-write need tls=require", e.getMessage());
    }

    @Test
    void sameWordsAreTheSame() {
        assertEquals(tls("", List.of("psk:bob"), List.of("dn:*")), tls("require", List.of("psk:bob"), List.of("dn:*")));
    }
}
