package dev.sluice.filter.limit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Peer;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);
    private LayerHarness harness;
    private long count;

    private void start(String... words) throws Exception {
        harness = LayerHarness.filter(LimitFilter::new, "limit", List.of(words), Path.of("/"), model).start();
    }

    private TestClient from(String host) {
        count++;
        return new TestClient(count, Peer.of(new InetSocketAddress(host, 1000)), false, false);
    }

    private Connection connect(TestClient client) throws Exception {
        harness.layer().preconnect(client);
        return open(client);
    }

    private Connection open(TestClient client) throws Exception {
        return harness.connect(new TestOpenRequest(harness.context(), "", false, client));
    }

    private Connection connect(String host) throws Exception {
        return connect(from(host));
    }

    private void cutOff(String message, TestClient client) {
        var e = assertThrows(NbdException.class, () -> harness.layer().preconnect(client));
        assertEquals(NbdError.EPERM, e.error());
        assertEquals(message, e.getMessage());
    }

    private void full(int limit) {
        cutOff("too many clients are connected: the limit is " + limit, from("127.0.0.1"));
    }

    @Test
    void byDefaultThereIsRoomForOne() throws Exception {
        start();
        connect("127.0.0.1");
        full(1);
    }

    @Test
    void whenOneLeavesThereIsRoomAgain() throws Exception {
        start("limit=2");
        Connection first = connect("127.0.0.1");
        connect("127.0.0.2");
        full(2);
        first.disconnect();
        connect("127.0.0.1");
        full(2);
    }

    @Test
    void zeroIsNoLimit() throws Exception {
        start("limit=0");
        for (int i = 0; i < 50; i++) {
            connect("127.0.0.1");
        }
    }

    @Test
    void aClientThatNeverOpensAnythingTakesNoRoom() throws Exception {
        start();
        for (int i = 0; i < 5; i++) {
            harness.layer().preconnect(from("127.0.0.1"));
        }
    }

    @Test
    void ofSeveralThatWereGreetedAtOnceOneGetsTheRoom() throws Exception {
        start();
        TestClient first = from("127.0.0.1");
        TestClient second = from("127.0.0.1");
        harness.layer().preconnect(first);
        harness.layer().preconnect(second);
        open(second);
        assertEquals("too many clients are connected: the limit is 1", assertThrows(NbdException.class, () -> open(first)).getMessage());
    }

    @Test
    void aClientMayOpenMoreThanOnce() throws Exception {
        start();
        TestClient client = from("127.0.0.1");
        Connection info = connect(client);
        Connection again = open(client);
        info.disconnect();
        full(1);
        again.disconnect();
        connect("127.0.0.1");
    }

    @Test
    void anOpenThatFailsBehindTakesNoRoom() throws Exception {
        start();
        harness.next().refuseWith(NbdError.EIO);
        assertThrows(NbdException.class, () -> connect("127.0.0.1"));
        harness.next().refuseWith(null);
        connect("127.0.0.1");
    }

    @Test
    void connectionsFromOneAddressCanBeLimited() throws Exception {
        start("limit-per-client=2");
        connect("127.0.0.1");
        connect("127.0.0.2");
        Connection leaving = connect("127.0.0.1");
        cutOff("too many connections from 127.0.0.1: the limit is 2", from("127.0.0.1"));
        connect("127.0.0.2");
        leaving.disconnect();
        connect("127.0.0.1");
    }

    @Test
    void connectionsOnAUnixSocketCountTogether() throws Exception {
        start("limit-per-client=1");
        connect(new TestClient(100));
        cutOff("too many connections from unix: the limit is 1", new TestClient(101));
        connect("127.0.0.1");
    }

    @Test
    void bothLimitsCanBeGiven() throws Exception {
        start("limit=3", "limit-per-client=2");
        connect("127.0.0.1");
        connect("127.0.0.1");
        cutOff("too many connections from 127.0.0.1: the limit is 2", from("127.0.0.1"));
        connect("127.0.0.2");
        cutOff("too many clients are connected: the limit is 3", from("127.0.0.3"));
    }

    @Test
    void theCountGoesOnAfterASwap() throws Exception {
        start("limit=2");
        connect("127.0.0.1");
        Connection second = connect("127.0.0.1");
        List<Connection> after = harness.swap();
        full(2);
        after.get(1).disconnect();
        connect("127.0.0.1");
        assertEquals(2, after.size());
        assertEquals(second.request().client(), after.get(1).request().client());
    }

    @Test
    void aLowerLimitLetsConnectedClientsStay() throws Exception {
        start("limit=3");
        connect("127.0.0.1");
        connect("127.0.0.1");
        connect("127.0.0.1");
        List<Connection> after = harness.swap(List.of("limit=2"));
        full(2);
        after.get(0).disconnect();
        full(2);
        after.get(1).disconnect();
        connect("127.0.0.1");
        full(2);
    }

    @Test
    void aHigherLimitMakesRoomAtOnce() throws Exception {
        start();
        connect("127.0.0.1");
        harness.swap(List.of("limit=2"));
        connect("127.0.0.1");
        full(2);
    }

    @Test
    void aRolledBackChangeCountsAsBefore() throws Exception {
        start("limit=2");
        Connection first = connect("127.0.0.1");
        connect("127.0.0.1");
        harness.rollBack();
        full(2);
        first.disconnect();
        connect("127.0.0.1");
        List<Connection> back = harness.rollBackLate();
        full(2);
        back.get(0).disconnect();
        assertDoesNotThrow(() -> connect("127.0.0.1"));
    }

    @Test
    void whatIsNoNumberIsRefused() {
        assertEquals("limit: limit=-1: must lie between 0 and 4294967295",
                assertThrows(ConfigException.class, () -> start("limit=-1")).getMessage());
        assertEquals("limit: limit-per-client=4294967296: must lie between 0 and 4294967295",
                assertThrows(ConfigException.class, () -> start("limit-per-client=4294967296")).getMessage());
        assertEquals("limit: limit=x: an integer is decimal, 0x and hexadecimal digits, or 0 and octal digits",
                assertThrows(ConfigException.class, () -> start("limit=x")).getMessage());
    }
}
