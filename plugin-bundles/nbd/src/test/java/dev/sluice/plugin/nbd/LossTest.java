package dev.sluice.plugin.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Lost connections, servers that hang, changes of code. */
class LossTest extends ServedTest {
    private final CountDownLatch arrived = new CountDownLatch(1);

    /** Requests of this type never get an answer. */
    private void hang(int type) {
        server.hook = (client, r) -> {
            if (r.type() == type) {
                arrived.countDown();
                return true;
            }
            return false;
        };
    }

    private void awaitArrival() throws InterruptedException {
        assertTrue(arrived.await(LONG.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void aReadIsRepeatedOnANewConnection() throws Exception {
        serve(1000).disk[7] = 7;
        Connection c = connect();
        server.cut();
        assertEquals(7, c.read(7, 1)[0]);
        assertEquals(2, server.connections);
    }

    @Test
    void aWriteThatWasNotAnsweredFailsAndIsNotRepeated() throws Exception {
        serve(1000).hook = (client, r) -> {
            if (r.type() == Proto.WRITE) {
                throw new IOException("cut");
            }
            return false;
        };
        Connection c = connect();
        NbdException e = assertThrows(NbdException.class, () -> c.write(0, new byte[10], Flags.NONE));
        assertEquals(NbdError.EIO, e.error());
        assertTrue(e.getMessage().startsWith("127.0.0.1:" + server.port() + ": write was not answered: "), e.getMessage());
        assertEquals(1, server.of(Proto.WRITE).size());
        assertArrayEquals(new byte[10], c.read(0, 10));
    }

    @Test
    void theFlushAfterALossFailsOnceIfWritesWereNotFlushed() throws Exception {
        serve(1000);
        Connection c = connect();
        c.write(0, new byte[10], Flags.NONE);
        server.cut();
        c.read(0, 1);
        NbdException e = assertThrows(NbdException.class, () -> c.device().flush());
        assertEquals(NbdError.EIO, e.error());
        assertTrue(e.getMessage().endsWith("was lost before earlier writes were flushed"), e.getMessage());
        c.device().flush();
    }

    @Test
    void eachOfSeveralClientsThatShareLearnsOfTheLoss() throws Exception {
        serve(1000);
        LayerHarness h = layer("shared=true");
        Connection a = h.connect();
        Connection b = h.connect();
        a.write(0, new byte[10], Flags.NONE);
        server.cut();
        a.read(0, 1);
        assertThrows(NbdException.class, () -> a.device().flush());
        assertThrows(NbdException.class, () -> b.device().flush());
        a.device().flush();
        b.device().flush();
    }

    @Test
    void aLossAfterAFlushOrFuaIsNoLoss() throws Exception {
        serve(1000);
        Connection c = connect();
        c.write(0, new byte[10], Flags.NONE);
        c.device().flush();
        c.write(0, new byte[10], Flags.of(Flags.FUA));
        server.cut();
        c.read(0, 1);
        c.device().flush();
    }

    @Test
    void aServerThatChangedIsNotUsed() throws Exception {
        serve(1000);
        Connection c = connect();
        server.size = 2000;
        server.cut();
        assertEquals("connected again, the server offers a size of 2000 bytes instead of 1000", readFails(c).getMessage());
        assertEquals(NbdError.EIO, readFails(c).error());
        server.size = 1000;
        harness.context().clock().advance(Duration.ofSeconds(2));
        c.read(0, 1);
    }

    @Test
    void aServerThatIsGoneIsNamed() throws Exception {
        serve(1000);
        Connection c = connect();
        server.close();
        NbdException e = readFails(c);
        assertTrue(e.getMessage().startsWith("can't connect to 127.0.0.1:" + server.port() + ": "), e.getMessage());
    }

    @Test
    void connectingIsTriedAgain() throws Exception {
        serve(1000);
        server.close();
        LayerHarness h = layer("retry=3");
        long before = h.context().clock().getAsLong();
        assertThrows(NbdException.class, h::connect);
        // the device is gone, but its sleeps moved the clock of the layer
        assertEquals(3, TimeUnit.NANOSECONDS.toSeconds(h.context().clock().getAsLong() - before));
    }

    @Test
    void aServerThatHangsInTheHandshakeIsGivenUp() throws Exception {
        serve(1000).optionHook = (client, option, payload) -> {
            harness.context().clock().advance(Duration.ofSeconds(31));
            return true;
        };
        LayerHarness h = layer();
        NbdException e = assertThrows(NbdException.class, h::connect);
        assertEquals("127.0.0.1:" + server.port() + ": the server has not answered for 30000 ms", e.getMessage());
    }

    @Test
    void aServerThatDoesNotAnswerInTimeIsGivenUp() throws Exception {
        serve(1000);
        hang(Proto.READ);
        Connection c = connect("timeout=5");
        Future<NbdException> read = later(() -> readFails(c));
        awaitArrival();
        harness.context().clock().advance(Duration.ofSeconds(6));
        assertEquals("the server has not answered for 5000 ms", get(read).getMessage());
        c.device().flush();
        assertEquals(2, server.connections);
    }

    @Test
    void aCallThatHangsEndsWhenTheDeviceMustClose() throws Exception {
        serve(1000);
        hang(Proto.READ);
        Connection c = connect();
        Future<NbdException> first = later(() -> readFails(c));
        Future<NbdException> second = later(() -> readFails(c));
        awaitArrival();
        c.request().cancellation().cancel("the test is over");
        assertEquals(NbdError.ESHUTDOWN, get(first).error());
        assertEquals("the test is over", get(second).getMessage());
    }

    @Test
    void aClientThatIsCancelledDoesNotHarmOthersThatShare() throws Exception {
        serve(1000);
        hang(Proto.READ);
        LayerHarness h = layer("shared=true");
        Connection a = h.connect();
        Connection b = h.connect();
        Future<NbdException> read = later(() -> readFails(a));
        awaitArrival();
        a.request().cancellation().cancel("the test is over");
        get(read);
        b.device().flush();
        assertEquals(1, server.connections);
    }

    @Test
    void aChangeOfCodeKeepsTheConnection() throws Exception {
        serve(1000);
        Connection c = connect();
        c.write(5, new byte[] {5}, Flags.NONE);
        Connection after = harness.swap().get(0);
        assertEquals(5, after.read(5, 1)[0]);
        after.device().flush();
        assertEquals(1, server.connections);
    }

    @Test
    void aChangeOfCodeKeepsASharedConnection() throws Exception {
        serve(1000);
        LayerHarness h = layer("shared=true");
        h.connect();
        h.connect();
        List<Connection> after = h.swap();
        after.get(0).read(0, 1);
        after.get(1).read(0, 1);
        assertEquals(1, server.connections);
    }

    @Test
    void aChangeThatIsTakenBackKeepsTheConnection() throws Exception {
        serve(1000);
        Connection c = connect();
        harness.rollBack();
        c.read(0, 1);
        harness.rollBackLate().get(0).read(0, 1);
        assertEquals(1, server.connections);
    }

    @Test
    void connectionsToAnotherServerAreFlushedAndClosed() throws Exception {
        serve(1000);
        Connection c = connect();
        c.write(5, new byte[] {5}, Flags.NONE);
        try (FakeServer other = new FakeServer(1000)) {
            other.disk[5] = 6;
            assertEquals(6, harness.swap(List.of(other.uri())).get(0).read(5, 1)[0]);
            assertEquals(1, server.of(Proto.FLUSH).size());
            harness.close();
        }
        harness = null;
    }

    @Test
    void anUnflushedLossIsToldAfterAChangeOfCodeToo() throws Exception {
        serve(1000);
        connect().write(5, new byte[] {5}, Flags.NONE);
        server.cut();
        harness.connect().read(0, 1);
        Connection after = harness.swap().get(0);
        assertThrows(NbdException.class, () -> {
            after.read(0, 1);
            after.device().flush();
        });
    }
}
