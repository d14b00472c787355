package dev.sluice.core.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.api.util.Reads;
import dev.sluice.core.chain.FakeFilter;
import dev.sluice.core.chain.FakePlugin;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code of layers that does not return: what is given up, who goes on, and what happens when it returns after all. */
class HangingCodeTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final ExportBench bench = new ExportBench(platform);
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private FakeKind old;
    private Export export;
    private ExportBench.Client client;

    @BeforeEach
    void start() throws Exception {
        bench.filter("f", "1", () -> new FakeFilter(bench.journal, "f"));
        old = ram("1", "");
        export = bench.active("e", "f", "ram");
        client = bench.open("e");
        client.request(bench.soon(), d -> {
            d.write(5, ByteBuffer.wrap(new byte[] {42}), Flags.NONE);
            return null;
        });
    }

    @AfterEach
    void nothingLeaks() {
        go.countDown();
        bench.assertNothingLeaked();
        bench.close();
    }

    private void hang() {
        inside.countDown();
        Background.await(go);
    }

    /** A RAM disk whose code hangs at one place. */
    private FakeKind ram(String version, String hangsAt) {
        return bench.plugin("ram", version, () -> new StatefulPlugin(bench.journal, "ram" + version, StatefulPlugin.SIZE) {
            private void at(String place) {
                if (hangsAt.equals(place)) {
                    hang();
                }
            }

            @Override
            public void configure(Parameters parameters) {
                at("configure");
            }

            @Override
            public void ready(LayerContext context) throws Exception {
                at("ready");
                super.ready(context);
            }

            @Override
            public boolean exclusive() {
                return true;
            }

            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                at("open");
                return new ForwardingDevice(super.open(request)) {
                    @Override
                    public void prepare() {
                        at("prepare");
                    }

                    @Override
                    public void close() {
                        bench.journal.add("ram" + version + " close");
                        at("close device");
                    }
                };
            }

            @Override
            public Optional<HandOver> release() {
                at("release");
                return super.release();
            }

            @Override
            public void adopt(HandOver state) throws Exception {
                at("adopt");
                super.adopt(state);
            }

            @Override
            public void close() throws Exception {
                at("close");
                super.close();
            }
        });
    }

    private int byteAt(ExportBench.Client of, int offset) throws Exception {
        return of.request(bench.soon(), d -> {
            ByteBuffer b = ByteBuffer.allocateDirect(1);
            Reads.into(d, offset, b);
            return (int) b.get(0);
        });
    }

    /** Lets the drain time pass once somebody waits for the code that hangs. */
    private void overdue() {
        Background.await(inside);
        platform.awaitWaiting("watched", 1);
        platform.advance(ExportBench.DRAIN);
    }

    private Background<SwapRecord> upgrade(FakeKind to) {
        return Background.run(() -> export.upgrade(old, to, ChangeOptions.NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"configure", "ready", "open", "prepare", "adopt"})
    void aSuccessorThatHangsIsGivenUpAndTheOldCodeGoesOn(String place) throws Exception {
        FakeKind bad = ram("2", place);
        Background<SwapRecord> upgrade = upgrade(bad);
        overdue();
        String text = assertThrows(ConfigException.class, upgrade::result).getMessage();
        assertTrue(text.contains("within 10000 ms") && text.contains("the old one goes on"), text);
        assertEquals(42, byteAt(client, 5));
        SwapRecord record = bench.swaps.all().get(0);
        assertTrue(record.result().startsWith("refused"), record.result());
        assertEquals(1, record.stranded().size());
        assertTrue(record.stranded().get(0).contains("sluice-change-e"), record.stranded().get(0));
        assertFalse(client.isCut());
        // It still hangs, and nobody minds.
        FakeKind good = ram("3", "");
        assertEquals("ok", export.upgrade(old, good, ChangeOptions.NONE).result());
        assertEquals(42, byteAt(client, 5));
        assertEquals(42, byteAt(bench.open("e"), 5));
        go.countDown();
        Background.until(() -> bad.out() == 0, "what was given up is given back");
        assertEquals(42, byteAt(client, 5));
    }

    @Test
    void theDevicesOfASuccessorThatWasGivenUpAreClosedWhenItReturns() throws Exception {
        FakeKind bad = ram("2", "prepare");
        Background<SwapRecord> upgrade = upgrade(bad);
        overdue();
        assertThrows(ConfigException.class, upgrade::result);
        assertEquals(0, bench.journal.count("ram2 close"));
        go.countDown();
        Background.until(() -> bench.journal.count("ram2 close") == 1, "its device is closed");
        Background.until(() -> bad.out() == 0, "it is given back");
    }

    @ParameterizedTest
    @ValueSource(strings = {"configure", "ready", "open", "prepare", "adopt"})
    void inPlaceASuccessorThatHangsIsGivenUpAndAGoodOneFindsTheState(String place) throws Exception {
        bench.leave(old);
        FakeKind bad = ram("2", place);
        overdue();
        ExportBench.awaitWhy(export, "can't take over: it did not within 10000 ms");
        assertEquals(ExportState.HELD, export.state());
        SwapRecord record = bench.swaps.all().get(0);
        assertTrue(record.stranded().get(0).contains("sluice-fill-e"), record.stranded().toString());
        ram("3", "");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(42, byteAt(client, 5));
        go.countDown();
        Background.until(() -> bad.out() == 0, "what was given up is given back");
        assertEquals(42, byteAt(client, 5));
        assertEquals(42, byteAt(bench.open("e"), 5));
    }

    @Test
    void theHoldTimeEndsAlsoWhileASuccessorHangs() throws Exception {
        bench.leave(old);
        FakeKind bad = ram("2", "adopt");
        overdue();
        ExportBench.awaitWhy(export, "can't take over");
        platform.awaitWaiting("timers", 1);
        platform.advance(ExportBench.HOLD);
        ExportBench.await(export, ExportState.WAITING);
        assertTrue(client.isCut());
        go.countDown();
        Background.until(() -> bad.out() == 0, "what was given up is given back");
        ram("3", "");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals(42, byteAt(bench.open("e"), 5));
    }

    @Test
    void aSuccessorThatHangsWhileItsStateIsDiscardedLosesNothing() throws Exception {
        bench.leave(old);
        FakeKind bad = ram("2", "adopt");
        overdue();
        ExportBench.awaitWhy(export, "can't take over");
        bench.exports.remove(export, "removed");
        go.countDown();
        Background.until(() -> bad.out() == 0, "what was given up is given back");
    }

    @Test
    void anOldLayerThatDoesNotHandOverInPlaceIsStrandedAndItsBundleCanStop() throws Exception {
        FakeKind stuck = ram("2", "release");
        assertEquals("ok", export.upgrade(old, stuck, ChangeOptions.NONE).result());
        Background<Boolean> leaving = Background.run(() -> {
            bench.leaveStranded(stuck);
            return true;
        });
        Background.until(() -> {
            if (platform.isWaiting("watched")) {
                platform.advance(ExportBench.DRAIN);
            }
            return leaving.isDone();
        }, "the bundle can stop");
        leaving.result();
        assertTrue(client.isCut());
        assertTrue(client.reasons().get(0).contains("its state is lost"), client.reasons().toString());
        go.countDown();
        Background.until(() -> stuck.out() == 0, "what was given up is given back");
    }

    @Test
    void aCloseThatHangsAfterTheChangeDoesNotHoldTheOperatorUp() throws Exception {
        FakeKind slow = ram("2", "close");
        assertEquals("ok", export.upgrade(old, slow, ChangeOptions.NONE).result());
        FakeKind third = ram("3", "");
        Background<SwapRecord> upgrade = Background.run(() -> export.upgrade(slow, third, ChangeOptions.NONE));
        overdue();
        SwapRecord record = upgrade.result();
        assertEquals("ok", record.result());
        assertTrue(record.stranded().get(0).startsWith("close what was replaced"), record.stranded().toString());
        assertEquals(42, byteAt(client, 5));
        go.countDown();
        Background.until(() -> slow.out() == 0, "it is given back");
    }

    /** A filter that reads below it, on and on, once it is let go. */
    private final class Late extends FakeFilter {
        private final AtomicReference<Object> seen;
        private final boolean opens;

        Late(AtomicReference<Object> seen, boolean opens) {
            super(bench.journal, "late");
            this.seen = seen;
            this.opens = opens;
        }

        @Override
        public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
            NbdDevice below = next.open(request);
            hang();
            try {
                if (opens) {
                    next.open(request);
                } else {
                    below.write(0, ByteBuffer.wrap(new byte[] {1}), Flags.NONE);
                }
                seen.set("it could");
            } catch (NbdException e) {
                seen.set(e.error());
            }
            return new ForwardingDevice(below);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsBehindAFilterIsRefusedToItFromTheMomentItIsGivenUp(boolean opens) throws Exception {
        AtomicReference<Object> seen = new AtomicReference<>();
        FakeKind late = bench.filter("late", "1", () -> new Late(seen, opens));
        Background<SwapRecord> insert = Background.run(() -> export.reshape(ExportConfig.layers("e", List.of("late", "f", "ram")),
                new ChangeOptions(false, true, false)));
        overdue();
        assertThrows(ConfigException.class, insert::result);
        go.countDown();
        Background.until(() -> late.out() == 0, "it is given back");
        assertEquals(NbdError.ESHUTDOWN, seen.get());
        assertEquals(42, byteAt(client, 5));
    }

    @Test
    void aStrandedCallFindsNothingBehindItAndItsDevicesAreClosedWhenItReturns() throws Exception {
        AtomicReference<Object> seen = new AtomicReference<>();
        FakeKind stuck = bench.filter("stuck", "1", () -> new FakeFilter(bench.journal, "stuck") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                return new ForwardingDevice(next.open(request)) {
                    @Override
                    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
                        hang();
                        try {
                            next.write(0, ByteBuffer.wrap(new byte[] {1}), Flags.NONE);
                            seen.set("it could");
                        } catch (NbdException e) {
                            seen.set(e.error());
                            throw e;
                        }
                    }

                    @Override
                    public void close() {
                        bench.journal.add("stuck close");
                    }
                };
            }
        });
        bench.active("s", "stuck", "ram");
        ExportBench.Client bad = bench.open("s");
        Background<Boolean> call = Background.run(() -> bad.request(bench.soon(), d -> {
            d.write(0, ByteBuffer.wrap(new byte[] {1}), Flags.NONE);
            return true;
        }));
        Background.await(inside);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(stuck);
            return true;
        });
        Background.until(() -> {
            if (platform.isWaiting("connection ")) {
                platform.advance(Duration.ofMillis(500));
            }
            return leaving.isDone();
        }, "the filter has left");
        leaving.result();
        assertTrue(bad.isCut());
        assertEquals(0, bench.journal.count("stuck close"));
        bench.filter("stuck");
        Background.until(() -> bench.exports.find("s").orElseThrow().state() == ExportState.ACTIVE, "the successor is there");
        go.countDown();
        assertEquals(NbdError.ESHUTDOWN, assertThrows(NbdException.class, call::result).error());
        assertEquals(NbdError.ESHUTDOWN, seen.get());
        Background.until(() -> bench.journal.count("stuck close") == 1 && bench.journal.count("ram1 close") == 1, "its devices are closed");
    }

    @Test
    void aTaskThatHangsInItsTurnDoesNotKeepRequestsFromTheSuccessor() throws Exception {
        FakeKind hanging = bench.plugin("p", "1", () -> new FakePlugin(bench.journal, "p") {
            {
                model = ThreadModel.SERIALIZE_ALL_REQUESTS;
            }

            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                request.tasks().submit(() -> {
                    hang();
                    return null;
                });
                return super.open(request);
            }
        });
        bench.active("o", "p");
        ExportBench.Client served = bench.open("o");
        Background.await(inside);
        assertFalse(served.connection.serialLock().tryLock());
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(hanging);
            return true;
        });
        Background.until(() -> {
            if (platform.isWaiting("other calls")) {
                platform.advance(Duration.ofMillis(500));
            }
            return leaving.isDone();
        }, "the plugin has left");
        leaving.result();
        bench.plugin("p", "2", () -> {
            FakePlugin good = new FakePlugin(bench.journal, "p");
            good.model = ThreadModel.SERIALIZE_ALL_REQUESTS;
            return good;
        });
        ExportBench.await(bench.exports.find("o").orElseThrow(), ExportState.ACTIVE);
        assertTrue(served.connection.serialLock().tryLock());
        served.connection.serialLock().unlock();
    }

    @Test
    void anOpenOfAClientThatHangsIsGivenUpWithItsKind() throws Exception {
        FakeKind hanging = bench.plugin("p", "1", () -> new dev.sluice.core.chain.FakePlugin(bench.journal, "p") {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                hang();
                return super.open(request);
            }
        });
        Export other = bench.active("o", "p");
        Background<ExportBench.Client> opening = Background.run(() -> bench.open("o"));
        Background.await(inside);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(hanging);
            return true;
        });
        Background.until(() -> {
            if (platform.isWaiting("other calls")) {
                platform.advance(Duration.ofMillis(500));
            }
            return leaving.isDone();
        }, "the plugin has left");
        leaving.result();
        bench.plugin("p");
        ExportBench.await(other, ExportState.ACTIVE);
        assertTrue(bench.swaps.all().get(0).stranded().get(0).contains("a call besides requests"), bench.swaps.all().get(0).toString());
        assertEquals("ok", other.reshape(ExportConfig.layers("o", List.of("f", "p")), new ChangeOptions(false, true, false)).result());
        go.countDown();
        assertEquals(NbdError.ESHUTDOWN, assertThrows(NbdException.class, opening::result).error());
        Background.until(() -> bench.journal.count("p close") == 1, "its device is closed");
        assertEquals(0, other.connections().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "close device"})
    void aCloseThatHangsDoesNotHoldUpTheEndOfTheExport(String place) throws Exception {
        FakeKind slow = ram("2", place);
        assertEquals("ok", export.upgrade(old, slow, ChangeOptions.NONE).result());
        Background<Boolean> end = Background.run(() -> {
            bench.exports.remove(export, "removed");
            return true;
        });
        Background.await(inside);
        Background.until(() -> {
            if (platform.isWaiting("watched")) {
                platform.advance(ExportBench.DRAIN);
            }
            return end.isDone();
        }, "the export has ended");
        end.result();
        assertTrue(client.isCut());
        assertEquals(List.of(), bench.exports.all());
        go.countDown();
        Background.until(() -> slow.out() == 0 && bench.journal.count("ram2 close") == 1, "it is given back");
    }

    private FakeKind hangingStart() {
        return bench.plugin("p", "1", () -> new dev.sluice.core.chain.FakePlugin(bench.journal, "p") {
            @Override
            public void ready(LayerContext context) {
                hang();
            }
        });
    }

    private void untilGivenUp(Background<?> ending) throws Exception {
        Background.await(inside);
        Background.until(() -> {
            if (platform.isWaiting("watched")) {
                platform.advance(ExportBench.DRAIN);
            }
            return ending.isDone();
        }, "it has ended");
    }

    @Test
    void anExportWhoseStartHangsCanBeDeleted() throws Exception {
        FakeKind slow = hangingStart();
        Export starting = bench.add("s", "p");
        // or the end would come before the start
        Background.await(inside);
        Background<Boolean> end = Background.run(() -> {
            bench.exports.remove(starting, "removed");
            return true;
        });
        untilGivenUp(end);
        end.result();
        assertTrue(bench.exports.find("s").isEmpty());
        go.countDown();
        Background.until(() -> slow.out() == 0, "it is given back");
    }

    @Test
    void aKindWhoseStartHangsCanLeaveAndTheExportWaitsForAnother() throws Exception {
        FakeKind slow = hangingStart();
        Export starting = bench.add("s", "p");
        // or the end would come before the start
        Background.await(inside);
        Background<Boolean> end = Background.run(() -> {
            bench.leaveStranded(slow);
            return true;
        });
        untilGivenUp(end);
        end.result();
        ExportBench.await(starting, ExportState.WAITING);
        bench.plugin("p");
        ExportBench.await(starting, ExportState.ACTIVE);
        go.countDown();
        Background.until(() -> slow.out() == 0, "it is given back");
        assertEquals(ExportState.ACTIVE, starting.state());
    }
}
