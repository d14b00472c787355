package dev.sluice.core.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Cancellation;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.chain.FakeFilter;
import dev.sluice.core.chain.FakePlugin;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Code goes away under clients and comes back. */
class InPlaceSwapTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final ExportBench bench = new ExportBench(platform);

    @AfterEach
    void nothingLeaks() {
        bench.assertNothingLeaked();
        bench.close();
    }

    private FakeKind ram(String version) {
        return bench.plugin("ram", version, () -> new StatefulPlugin(bench.journal, "ram" + version, StatefulPlugin.SIZE));
    }

    private void write(ExportBench.Client client, int value) throws Exception {
        client.request(bench.soon(), d -> {
            d.write(0, ByteBuffer.wrap(new byte[] {(byte) value}), Flags.NONE);
            return null;
        });
    }

    private int read(ExportBench.Client client) throws Exception {
        return client.request(bench.soon(), d -> {
            RecordingReply reply = new RecordingReply(1);
            d.read(0, 1, reply);
            return reply.finish()[0];
        });
    }

    @Test
    void aKindLeavesUnderOpenConnectionsAndEverythingOfItIsGivenBack() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client a = bench.open("e");
        ExportBench.Client b = bench.open("e");
        bench.leave(one);
        assertEquals(ExportState.HELD, export.state());
        assertEquals("plugin 'ram' has left, waiting for it to come back", export.why());
        assertTrue(a.connection.gate().isShut());
        assertTrue(b.connection.gate().isShut());
        assertTrue(export.controlGate().isShut());
        assertEquals(1, bench.core.buffers.leases());
        assertFalse(a.isCut());
    }

    @Test
    void theSuccessorTakesOverAndConnectionsGoOn() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        bench.leave(one);
        ram("2");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(42, read(client));
        assertEquals(StatefulPlugin.SIZE, client.connection.info().size());
        SwapRecord record = bench.swaps.all().get(0);
        assertEquals("ok, now bundle.ram 2", record.result());
        assertTrue(record.what().contains("ram bundle.ram 1"), record.what());
        assertEquals(1, record.connections());
        assertEquals(List.of(), record.stranded());
    }

    @Test
    void aRequestWaitsDuringTheSwapAndThenRuns() throws Exception {
        FakeKind one = ram("1");
        bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        bench.leave(one);
        Background<Integer> waiting = Background.run(() -> read(client));
        platform.awaitWaiting("connection ", 1);
        assertFalse(waiting.isDone());
        ram("2");
        assertEquals(42, waiting.result());
    }

    @Test
    void anotherVersionThatIsThereTakesOverAtOnce() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        ram("2");
        bench.leave(one);
        assertEquals(ExportState.ACTIVE, export.state());
        assertEquals(42, read(client));
    }

    @Test
    void aSuccessorOfAnotherSizeIsRefusedAndAGoodOneFindsTheState() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        bench.leave(one);
        FakeKind bad = bench.plugin("ram", "2", () -> new StatefulPlugin(bench.journal, "bad", 512));
        ExportBench.awaitWhy(export, "its size is 512 bytes, clients were told 4096");
        assertEquals(ExportState.HELD, export.state());
        assertEquals(0, bad.out());
        bench.leave(bad);
        ram("3");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(42, read(client));
    }

    @Test
    void aSuccessorThatDoesNotAdoptIsRefusedAndAGoodOneFindsTheState() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        bench.leave(one);
        bench.plugin("ram", "2", () -> new StatefulPlugin(bench.journal, "bad", StatefulPlugin.SIZE) {
            @Override
            public void adopt(HandOver state) throws Exception {
                throw new NoSuchFieldError("this failure is part of a test");
            }
        });
        ExportBench.awaitWhy(export, "can't take over");
        ram("3");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(42, read(client));
    }

    @Test
    void aSuccessorThatCanNotBeMadeIsRefused() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        bench.open("e");
        bench.leave(one);
        bench.plugin("ram", "2", () -> {
            throw new NoClassDefFoundError("some/Library");
        });
        ExportBench.awaitWhy(export, "some/Library");
        ram("3");
        ExportBench.await(export, ExportState.ACTIVE);
    }

    @Test
    void afterTheHoldTimeClientsAreSentAwayAndTheStateIsKept() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        bench.leave(one);
        platform.awaitWaiting("timers", 1);
        platform.advance(ExportBench.HOLD);
        ExportBench.await(export, ExportState.WAITING);
        assertTrue(client.isCut());
        assertTrue(client.reasons().get(0).contains("nobody came within 60 s"), client.reasons().toString());
        assertThrows(NbdException.class, () -> bench.open("e"));
        assertEquals(1, bench.core.buffers.leases());
        ram("2");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(42, read(bench.open("e")));
    }

    @Test
    void aSuccessorInTimeEndsTheHoldTime() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        bench.leave(one);
        FakeKind two = ram("2");
        ExportBench.await(export, ExportState.ACTIVE);
        platform.advance(ExportBench.HOLD.minusSeconds(1));
        bench.leave(two);
        platform.advance(Duration.ofSeconds(2));
        assertEquals(ExportState.HELD, export.state());
        assertFalse(client.isCut());
        ram("3");
        ExportBench.await(export, ExportState.ACTIVE);
    }

    @Test
    void anExportIsNotActiveAgainWithoutOneOfItsLayers() throws Exception {
        FakeKind f = bench.filter("f");
        FakeKind p = bench.plugin("p");
        Export export = bench.active("e", "f", "p");
        bench.leave(p);
        platform.awaitWaiting("timers", 1);
        platform.advance(ExportBench.HOLD);
        ExportBench.await(export, ExportState.WAITING);
        bench.leave(f);
        bench.plugin("p");
        Background.until(() -> export.why().contains("f"), "it waits for the filter");
        assertEquals(ExportState.WAITING, export.state());
        bench.filter("f");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(2, export.layers().size());
    }

    @Test
    void filterAndPluginMayLeaveTogetherAndComeBackInAnyOrder() throws Exception {
        FakeKind f = bench.filter("f");
        FakeKind ram = ram("1");
        Export export = bench.active("e", "f", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        bench.leave(f);
        bench.leave(ram);
        bench.filter("f");
        assertEquals(ExportState.HELD, export.state());
        ram("2");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(42, read(client));
    }

    @Test
    void whoOpensDuringASwapWaitsForItsEnd() throws Exception {
        FakeKind one = ram("1");
        bench.active("e", "ram");
        bench.leave(one);
        Background<ExportBench.Client> opening = Background.run(() -> bench.open("e"));
        platform.awaitWaiting("export e", 1);
        ram("2");
        assertEquals(0, read(opening.result()));
    }

    @Test
    void whoOpensDuringASwapThatDoesNotEndIsToldAfterFiveSeconds() throws Exception {
        FakeKind one = ram("1");
        bench.active("e", "ram");
        bench.leave(one);
        Background<ExportBench.Client> opening = Background.run(() -> bench.open("e"));
        platform.awaitWaiting("export e", 1);
        platform.advance(Duration.ofSeconds(5));
        assertEquals(NbdError.ESHUTDOWN, assertThrows(NbdException.class, opening::result).error());
    }

    @Test
    void anOpenThatIsOnItsWayWhenTheSwapBeginsGoesToTheSuccessor() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        FakeKind one = bench.plugin("p", "1", () -> new FakePlugin(bench.journal, "p1") {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                opening.countDown();
                Background.await(go);
                return super.open(request);
            }
        });
        Export export = bench.active("e", "p");
        Background<ExportBench.Client> client = Background.run(() -> bench.open("e"));
        Background.await(opening);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(one);
            return true;
        });
        platform.awaitWaiting("other calls of export e", 1);
        go.countDown();
        leaving.result();
        bench.plugin("p", "2", () -> new FakePlugin(bench.journal, "p2"));
        assertEquals("e", client.result().connection.name());
        assertEquals(1, bench.journal.count("p2 open e"));
        assertEquals(1, export.connections().size());
    }

    /** A request that stays inside until it is let go. */
    private final class Stuck {
        private final CountDownLatch inside = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);
        private final Background<Boolean> call;

        Stuck(ExportBench.Client client) {
            call = Background.run(() -> client.request(bench.soon(), d -> {
                inside.countDown();
                Background.await(go);
                return true;
            }));
            Background.await(inside);
        }

        void end() throws Exception {
            go.countDown();
            call.result();
        }
    }

    /** In small steps and only while the drain waits, because a deadline begins when the one before is over. */
    private void letTimePassUntil(Background<?> done) throws Exception {
        Background.until(() -> {
            if (platform.isWaiting("connection ")) {
                platform.advance(Duration.ofMillis(500));
            }
            return done.isDone();
        }, "it ends");
    }

    @Test
    void aDrainWaitsForCallsThatReturnInTime() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        Stuck stuck = new Stuck(client);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(one);
            return true;
        });
        platform.awaitWaiting("connection ", 1);
        assertEquals(1, one.out());
        stuck.end();
        leaving.result();
        ram("2");
        ExportBench.await(export, ExportState.ACTIVE);
        assertFalse(client.isCut());
        assertEquals(1, bench.swaps.all().get(0).drained());
    }

    @Test
    void aCallThatNeverReturnsIsStrandedAndNamedAndTheOthersGoOn() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client bad = bench.open("e");
        ExportBench.Client good = bench.open("e");
        write(good, 42);
        Stuck stuck = new Stuck(bad);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(one);
            return true;
        });
        platform.awaitWaiting("connection ", 1);
        letTimePassUntil(leaving);
        assertTrue(leaving.result());
        assertTrue(bad.isCut());
        assertFalse(good.isCut());
        ram("2");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(42, read(good));
        List<String> stranded = bench.swaps.all().get(0).stranded();
        assertEquals(1, stranded.size());
        assertTrue(stranded.get(0).contains("connection 1"), stranded.get(0));
        assertEquals(List.of(good.connection), export.connections());
        stuck.end();
        bad.connection.close();
    }

    @Test
    void layersThatStayAreNotCancelledBecauseOfAStuckCall() throws Exception {
        List<Cancellation> seen = new CopyOnWriteArrayList<>();
        bench.filter("f", "1", () -> new FakeFilter(bench.journal, "f") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                seen.add(request.cancellation());
                return super.open(request, next);
            }
        });
        FakeKind one = ram("1");
        Export export = bench.active("e", "f", "ram");
        ExportBench.Client bad = bench.open("e");
        bench.open("e");
        Stuck stuck = new Stuck(bad);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(one);
            return true;
        });
        platform.awaitWaiting("connection ", 1);
        platform.advance(ExportBench.DRAIN);
        Background.until(() -> seen.get(0).isCancelled(), "the stuck connection is cancelled");
        letTimePassUntil(leaving);
        leaving.result();
        ram("2");
        ExportBench.await(export, ExportState.ACTIVE);
        assertFalse(seen.get(1).isCancelled());
        stuck.end();
        bad.connection.close();
    }

    @Test
    void aCallThatHeedsItsCancellationIsNotStranded() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        FakeKind one = bench.plugin("p", "1", () -> new FakePlugin(bench.journal, "p") {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                return new dev.sluice.core.chain.FakeDevice(journal, "p", super.open(request)) {
                    @Override
                    public void flush() throws IOException {
                        inside.countDown();
                        request.cancellation().sleep(Duration.ofDays(1));
                    }
                };
            }
        });
        Export export = bench.active("e", "p");
        ExportBench.Client client = bench.open("e");
        Background<Boolean> call = Background.run(() -> client.request(bench.soon(), d -> {
            d.flush();
            return true;
        }));
        Background.await(inside);
        platform.awaitParked(1);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(one);
            return true;
        });
        platform.awaitWaiting("connection ", 1);
        platform.advance(ExportBench.DRAIN);
        assertEquals(NbdError.ESHUTDOWN, assertThrows(NbdException.class, call::result).error());
        leaving.result();
        assertTrue(client.isCut());
        bench.plugin("p");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(List.of(), bench.swaps.all().get(0).stranded());
    }

    @Test
    void aHiddenExportIsHiddenAfterASwap() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        export.stop().hide();
        bench.leave(one);
        ram("2");
        ExportBench.await(export, ExportState.STOPPING);
        assertEquals(42, read(client));
        assertThrows(NbdException.class, () -> bench.open("e"));
    }

    @Test
    void anExportCanEndWhileItIsHeld() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        bench.leave(one);
        bench.exports.remove(export, "removed");
        assertTrue(client.isCut());
        assertEquals(0, bench.core.buffers.leases());
    }

    @Test
    void aClientThatLeavesWhileTheExportIsHeldIsClosedAfterwards() throws Exception {
        FakeKind one = ram("1");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        bench.leave(one);
        client.connection.close();
        ram("2");
        Background.until(() -> export.connections().isEmpty(), "the connection has gone");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(ExportState.ACTIVE, export.state());
    }

    @Test
    void severalSwapsInARowKeepTheState() throws Exception {
        FakeKind now = ram("100");
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        write(client, 42);
        for (int i = 101; i < 110; i++) {
            bench.leave(now);
            now = ram("" + i);
            ExportBench.await(export, ExportState.ACTIVE);
        }
        assertEquals(42, read(client));
        assertEquals(1, bench.core.buffers.leases());
        assertEquals(9, bench.swaps.all().size());
    }

    @Test
    void aKindThatNoExportUsesLeavesAtOnce() throws Exception {
        FakeKind other = bench.plugin("other");
        ram("1");
        Export export = bench.active("e", "ram");
        bench.leave(other);
        assertEquals(ExportState.ACTIVE, export.state());
    }
}
