package dev.sluice.filter.ip;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.TlsIdentity;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IpTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);
    private LayerHarness harness;

    private void start(String... words) throws Exception {
        harness = LayerHarness.filter(IpFilter::new, "ip", List.of(words), Path.of("/"), model).start();
    }

    private Connection open(TestClient client) throws Exception {
        return harness.connect(new TestOpenRequest(harness.context(), "", false, client));
    }

    private void refused(TestClient client) {
        var e = assertThrows(NbdException.class, () -> harness.layer().preconnect(client));
        assertEquals(NbdError.EPERM, e.error());
        assertEquals("client " + client.peer() + " is not allowed to connect", e.getMessage());
        assertThrows(NbdException.class, () -> open(client));
        NbdFilter filter = (NbdFilter) harness.layer();
        assertThrows(NbdException.class, () -> filter.exports(client, harness.next()));
        assertThrows(NbdException.class, () -> filter.defaultExport(client, harness.next()));
    }

    private void admitted(TestClient client) throws Exception {
        harness.layer().preconnect(client);
        NbdFilter filter = (NbdFilter) harness.layer();
        filter.exports(client, harness.next());
        filter.defaultExport(client, harness.next());
        open(client).disconnect();
    }

    @Test
    void withoutRulesEverybodyIsAdmitted() throws Exception {
        start();
        admitted(Peers.tcp("1.2.3.4"));
        admitted(Peers.local());
    }

    @Test
    void allowComesBeforeDenyWhateverTheOrder() throws Exception {
        for (List<String> words : List.of(List.of("allow=127.0.0.1,::1", "deny=all"), List.of("deny=all", "allow=127.0.0.1,::1"))) {
            start(words.toArray(String[]::new));
            admitted(Peers.tcp("127.0.0.1"));
            admitted(Peers.tcp("::1"));
            refused(Peers.tcp("127.0.0.2"));
            refused(Peers.local());
        }
    }

    @Test
    void whoIsInNoListIsAdmitted() throws Exception {
        start("allow=10.0.0.1", "deny=10.0.0.0/8");
        admitted(Peers.tcp("10.0.0.1"));
        refused(Peers.tcp("10.0.0.2"));
        admitted(Peers.tcp("11.0.0.2"));
        admitted(Peers.local());
    }

    @Test
    void bothMayBeGivenSeveralTimes() throws Exception {
        start("deny=1.1.1.1", "deny=2.2.2.2", "allow=3.3.3.3", "deny=3.0.0.0/8");
        refused(Peers.tcp("1.1.1.1"));
        refused(Peers.tcp("2.2.2.2"));
        admitted(Peers.tcp("3.3.3.3"));
    }

    @Test
    void usersOnAUnixSocketCanBeAdmitted() throws Exception {
        start("allow=uid:1000", "deny=all");
        admitted(Peers.unix(1, 1000, 1));
        refused(Peers.unix(1, 1001, 1));
        refused(Peers.local());
        refused(Peers.tcp("127.0.0.1"));
    }

    @Test
    void aClientWhoseUserIsNotKnownIsTurnedAwayByARuleAboutUsers() throws Exception {
        start("deny=uid:1000");
        refused(Peers.local());
        admitted(Peers.unix(1, 5, 1));
        admitted(Peers.tcp("127.0.0.1"));
    }

    @Test
    void aRefusedClientDoesNotReachTheLayerBehind() throws Exception {
        start("deny=all");
        refused(Peers.local());
        assertEquals(List.of(), harness.next().requests());
    }

    @Test
    void rulesAboutCertificatesWaitForTls() throws Exception {
        start("allow=dn:CN=a*", "deny=all");
        TestClient plain = new TestClient(1);
        TestClient encrypted = Peers.proved(new TlsIdentity(Optional.of("CN=anna"), Optional.empty(), List.of(), Optional.empty()));
        assertDoesNotThrow(() -> harness.layer().preconnect(plain));
        assertThrows(NbdException.class, () -> open(plain));
        admitted(encrypted);
    }

    @Test
    void otherRulesLetConnectedClientsStay() throws Exception {
        start();
        open(Peers.tcp(1, "1.1.1.1"));
        open(Peers.tcp(2, "2.2.2.2"));
        List<Connection> after = harness.swap(List.of("deny=1.1.1.1"));
        refused(Peers.tcp(3, "1.1.1.1"));
        admitted(Peers.tcp(4, "2.2.2.2"));
        after.get(0).disconnect();
        refused(Peers.tcp(1, "1.1.1.1"));
    }

    @Test
    void aRolledBackChangeKeepsTheOldRules() throws Exception {
        start("deny=1.1.1.1");
        open(Peers.tcp(2, "2.2.2.2"));
        harness.rollBack();
        harness.rollBackLate();
        refused(Peers.tcp(3, "1.1.1.1"));
    }

    @Test
    void aWrongRuleIsNamed() {
        assertEquals("ip: deny=1.1.1.1/40: the number of bits lies between 0 and 32, not '40'",
                assertThrows(ConfigException.class, () -> start("allow=all", "deny=2.2.2.2,1.1.1.1/40")).getMessage());
    }
}
