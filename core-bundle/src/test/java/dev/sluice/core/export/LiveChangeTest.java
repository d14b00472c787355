package dev.sluice.core.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.api.util.Reads;
import dev.sluice.core.chain.FakeFilter;
import dev.sluice.core.chain.FakePlugin;
import dev.sluice.core.chain.NoDevice;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chains that change under an open connection. */
class LiveChangeTest {
    private static final ChangeOptions CONSENT = new ChangeOptions(false, true, false);
    private static final ChangeOptions FORCE = new ChangeOptions(false, true, true);

    private final ManualPlatform platform = new ManualPlatform();
    private final ExportBench bench = new ExportBench(platform);
    private FakeKind plugin;

    @BeforeEach
    void kinds() {
        filter("a");
        filter("b");
        plugin = plugin("p");
    }

    @AfterEach
    void nothingLeaks() {
        bench.assertNothingLeaked();
        bench.close();
    }

    private FakeKind filter(String name) {
        return bench.filter(name, "1", () -> new FakeFilter(bench.journal, name) {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                return new Recording(name, next.open(request));
            }
        });
    }

    private FakeKind plugin(String name) {
        return bench.plugin(name, "1", () -> new FakePlugin(bench.journal, name) {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                return new Recording(name, super.open(request));
            }
        });
    }

    private final class Recording extends ForwardingDevice {
        private final String name;

        Recording(String name, NbdDevice next) {
            super(next);
            this.name = name;
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            bench.journal.add(name);
            super.read(offset, length, reply);
        }

        @Override
        public void finish() {
            bench.journal.add(name + " finish");
        }

        @Override
        public void close() {
            bench.journal.add(name + " close");
        }
    }

    private SwapRecord reshape(Export export, ChangeOptions options, String... lines) {
        return export.reshape(ExportConfig.layers(export.name(), List.of(lines)), options);
    }

    /** The layers that a request passes, from the client inwards. */
    private List<String> path(ExportBench.Client client) throws Exception {
        bench.journal.take();
        byteAt(client, 0);
        return bench.journal.take();
    }

    @Test
    void aFilterIsPutInAndTakenOutUnderAClient() throws Exception {
        Export export = bench.active("e", "p");
        ExportBench.Client client = bench.open("e");
        assertEquals("ok", reshape(export, CONSENT, "a", "p").result());
        assertEquals(List.of("a", "p"), path(client));
        reshape(export, CONSENT, "a", "b", "p");
        assertEquals(List.of("a", "b", "p"), path(client));
        reshape(export, CONSENT, "b", "p");
        assertEquals(List.of("b", "p"), path(client));
        reshape(export, CONSENT, "p");
        assertEquals(List.of("p"), path(client));
        assertFalse(client.isCut());
        client.connection.close();
    }

    /** Whether the gate is shut while the self-test of a filter in front reads from a layer that stays. */
    private boolean gateIsShutInSelfTest(ThreadModel model) throws Exception {
        AtomicReference<ExportBench.Client> client = new AtomicReference<>();
        AtomicReference<Boolean> shut = new AtomicReference<>();
        bench.filter("stays", "1", () -> {
            FakeFilter filter = new FakeFilter(bench.journal, "stays") {
                @Override
                public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                    return new ForwardingDevice(next.open(request)) {
                        @Override
                        public void read(long offset, int length, ReadReply reply) throws IOException {
                            shut.set(client.get().connection.gate().isShut());
                            super.read(offset, length, reply);
                        }
                    };
                }
            };
            filter.model = model;
            return filter;
        });
        Export export = bench.active("e", "stays", "p");
        client.set(bench.open("e"));
        reshape(export, CONSENT, "a", "stays", "p");
        client.get().connection.close();
        return shut.get();
    }

    @Test
    void theSelfTestOfAChangeIsNoSecondCallForALayerThatTakesOne() throws Exception {
        assertTrue(gateIsShutInSelfTest(ThreadModel.SERIALIZE_REQUESTS));
    }

    @Test
    void theSelfTestOfAChangeKeepsNobodyWaitingWhereLayersTakeSeveralCalls() throws Exception {
        assertFalse(gateIsShutInSelfTest(ThreadModel.PARALLEL));
    }

    @Test
    void aMovedFilterKeepsItsDevice() throws Exception {
        Export export = bench.active("e", "a", "b", "p");
        ExportBench.Client client = bench.open("e");
        bench.journal.take();
        reshape(export, CONSENT, "b", "a", "p");
        assertEquals(List.of(), bench.journal.take());
        assertEquals(List.of("b", "a", "p"), path(client));
        client.connection.close();
        assertEquals(List.of("b finish", "a finish", "p finish", "b close", "a close", "p close"), bench.journal.take());
    }

    /** Opens what is behind it with each request that finds nothing open, and closes it when it is told to. */
    private FakeKind reopening(AtomicReference<Runnable> close, String version) {
        return bench.filter("again", version, () -> new FakeFilter(bench.journal, "again") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer later) {
                return new ForwardingDevice(new NoDevice()) {
                    private NbdDevice behind;
                    private DeviceInfo info;

                    @Override
                    public void prepare() throws IOException {
                        open();
                        info = behind.info();
                        close.set(() -> {
                            try {
                                behind.close();
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                            behind = null;
                        });
                    }

                    private void open() throws IOException {
                        behind = later.open(request);
                    }

                    @Override
                    public DeviceInfo info() {
                        return info;
                    }

                    @Override
                    public void read(long offset, int length, ReadReply reply) throws IOException {
                        bench.journal.add("again");
                        if (behind == null) {
                            open();
                        }
                        behind.read(offset, length, reply);
                    }
                };
            }
        });
    }

    @Test
    void aFilterThatHasNothingOpenBehindItIsNoObstacle() throws Exception {
        AtomicReference<Runnable> close = new AtomicReference<>();
        reopening(close, "1");
        Export export = bench.active("e", "again", "p");
        ExportBench.Client client = bench.open("e");
        close.get().run();
        for (String[] lines : new String[][] {{"a", "again", "p"}, {"a", "again", "b", "p"}, {"b", "again", "p"}, {"again", "p"}}) {
            assertEquals("ok", reshape(export, CONSENT, lines).result());
            assertEquals(List.of(lines), path(client).stream().filter(List.of("a", "again", "b", "p")::contains).toList());
            close.get().run();
        }
        FakeKind next = plugin("p");
        assertEquals("ok", export.upgrade(plugin, next, ChangeOptions.NONE).result());
        assertEquals(0, byteAt(client, 0));
    }

    @Test
    void aFilterThatHasNothingOpenIsReplacedAndTakenOut() throws Exception {
        AtomicReference<Runnable> close = new AtomicReference<>();
        FakeKind old = reopening(close, "1");
        Export export = bench.active("e", "a", "again", "p");
        ExportBench.Client client = bench.open("e");
        close.get().run();
        FakeKind successor = reopening(close, "2");
        assertEquals("ok", export.upgrade(old, successor, ChangeOptions.NONE).result());
        assertEquals(List.of("a", "again", "p"), path(client).stream().filter(l -> !l.startsWith("p open")).toList());
        close.get().run();
        assertEquals("ok", reshape(export, CONSENT, "a", "p").result());
        assertEquals(List.of("a", "p"), path(client));
        client.connection.close();
    }

    @Test
    void contentsThatNobodyHasOpenAreNotCompared() throws Exception {
        AtomicReference<Runnable> close = new AtomicReference<>();
        reopening(close, "1");
        plugin("q");
        Export export = bench.active("e", "again", "p");
        bench.open("e");
        close.get().run();
        ConfigException e = assertThrows(ConfigException.class, () -> reshape(export, ChangeOptions.NONE, "again", "q"));
        assertTrue(e.getMessage().contains("the contents can't be compared, because no client has the plugin open now"), e.getMessage());
    }

    @Test
    void whatWasOpenedForAClientThatLeavesMeanwhileIsClosed() throws Exception {
        AtomicReference<ExportBench.Client> leaving = new AtomicReference<>();
        AtomicInteger open = new AtomicInteger();
        bench.filter("counted", "1", () -> new FakeFilter(bench.journal, "counted") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                open.incrementAndGet();
                if (open.get() == 2) {
                    leaving.get().connection.close();
                }
                return new ForwardingDevice(next.open(request)) {
                    @Override
                    public void close() {
                        open.decrementAndGet();
                    }
                };
            }
        });
        Export export = bench.active("e", "p");
        leaving.set(bench.open("e"));
        ExportBench.Client stays = bench.open("e");
        reshape(export, CONSENT, "counted", "p");
        assertEquals(1, open.get());
        byteAt(stays, 0);
        stays.connection.close();
        assertEquals(0, open.get());
    }

    @Test
    void aConnectionThatOpensAfterTheChangeGoesThroughTheNewLayers() throws Exception {
        Export export = bench.active("e", "p");
        reshape(export, CONSENT, "a", "p");
        ExportBench.Client client = bench.open("e");
        assertEquals(List.of("a", "p"), path(client));
        client.connection.close();
    }

    @Test
    void aKindThatIsNotTransparentNeedsTheOperatorsWord() throws Exception {
        Export export = bench.active("e", "p");
        ConfigException e = assertThrows(ConfigException.class, () -> reshape(export, ChangeOptions.NONE, "a", "p"));
        assertTrue(e.getMessage().contains("a is not transparent") && e.getMessage().contains("--changes-data"), e.getMessage());
        assertEquals(List.of("p"), export.specs().stream().map(ExportConfig.LayerSpec::kind).toList());
    }

    @Test
    void aChangeOfAnExportWhoseCodeIsAwayIsRefusedWithItsState() throws Exception {
        Export export = bench.active("e", "a", "p");
        bench.leave(plugin);
        ConfigException e = assertThrows(ConfigException.class, () -> reshape(export, CONSENT, "b", "a", "p"));
        assertEquals("export e is held, it can only be changed while it is active", e.getMessage());
    }

    @Test
    void aDryRunOpensAndChangesNothing() throws Exception {
        Export export = bench.active("e", "p");
        bench.journal.take();
        SwapRecord would = reshape(export, new ChangeOptions(true, true, false), "a", "p");
        assertEquals("insert a", would.what());
        assertEquals(List.of(), bench.journal.take());
        assertEquals(1, export.slots().size());
    }

    @Test
    void aFilterThatDoesNotOpenIsRefusedAndTheClientNoticesNothing() throws Exception {
        bench.filter("bad", "1", () -> new FakeFilter(bench.journal, "bad") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                next.open(request);
                throw new IOException("no such thing");
            }
        });
        Export export = bench.active("e", "a", "p");
        ExportBench.Client client = bench.open("e");
        ConfigException e = assertThrows(ConfigException.class, () -> reshape(export, CONSENT, "bad", "a", "p"));
        assertTrue(e.getMessage().contains("no such thing"), e.getMessage());
        assertEquals(ExportState.ACTIVE, export.state());
        assertEquals(List.of("a", "p"), path(client));
        assertTrue(bench.swaps.all().get(0).result().startsWith("refused"), bench.swaps.all().toString());
        client.connection.close();
    }

    @Test
    void anotherSizeIsRefused() throws Exception {
        bench.plugin("small", "1", () -> new FakePlugin(bench.journal, "small", ModelDevice.of(new byte[512])));
        Export export = bench.active("e", "a", "p");
        ExportBench.Client client = bench.open("e");
        ConfigException e = assertThrows(ConfigException.class, () -> reshape(export, CONSENT, "a", "small"));
        assertTrue(e.getMessage().contains("512 bytes, clients were told 65536"), e.getMessage());
        assertEquals(List.of("a", "p"), path(client));
        client.connection.close();
    }

    @Test
    void anotherPluginWithTheSameBytesTakesOver() throws Exception {
        plugin("q");
        Export export = bench.active("e", "a", "p");
        ExportBench.Client client = bench.open("e");
        assertEquals("ok", reshape(export, ChangeOptions.NONE, "a", "q").result());
        assertEquals(List.of("a", "q"), path(client));
        client.connection.close();
        assertEquals(0, plugin.out());
    }

    @Test
    void anotherPluginWithOtherBytesIsRefusedAndTheByteIsNamed() throws Exception {
        byte[] other = new byte[64 << 10];
        other[777] = 1;
        bench.plugin("q", "1", () -> new FakePlugin(bench.journal, "q", ModelDevice.of(other)));
        Export export = bench.active("e", "a", "p");
        ExportBench.Client client = bench.open("e");
        ConfigException e = assertThrows(ConfigException.class, () -> reshape(export, ChangeOptions.NONE, "a", "q"));
        assertTrue(e.getMessage().contains("differ at byte 777"), e.getMessage());
        assertEquals(List.of("a", "p"), path(client));
        client.connection.close();
    }

    @Test
    void aFilterThatRefusesToLeaveStays() throws Exception {
        bench.filter("sticky", "1", () -> new FakeFilter(bench.journal, "sticky") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                return new Recording(name, next.open(request));
            }

            @Override
            public void leave(NbdDevice device, boolean force) throws Exception {
                if (!force) {
                    throw new IOException("it holds data");
                }
            }
        });
        Export export = bench.active("e", "sticky", "p");
        ExportBench.Client client = bench.open("e");
        ConfigException e = assertThrows(ConfigException.class, () -> reshape(export, CONSENT, "p"));
        assertTrue(e.getMessage().contains("it holds data"), e.getMessage());
        assertEquals(List.of("sticky", "p"), path(client));
        reshape(export, FORCE, "p");
        assertEquals(List.of("p"), path(client));
        client.connection.close();
    }

    @Test
    void aLayerThatRefusesToLeaveStaysAlsoWithoutClients() throws Exception {
        bench.filter("sticky", "1", () -> new FakeFilter(bench.journal, "sticky") {
            @Override
            public void leave(boolean force) throws Exception {
                throw new IOException("it holds data");
            }
        });
        Export export = bench.active("e", "sticky", "p");
        assertThrows(ConfigException.class, () -> reshape(export, CONSENT, "p"));
        assertEquals(2, export.slots().size());
    }

    @Test
    void aFilterThatReadsOnlyGivesTheLayerBehindBackWritable() throws Exception {
        bench.filter("ro", "1", () -> new FakeFilter(bench.journal, "ro") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                NbdDevice writable = next.open(request);
                next.open(request.withReadOnly(true)).close();
                return new ForwardingDevice(writable);
            }
        });
        Export export = bench.active("e", "p");
        ExportBench.Client client = bench.open("e");
        reshape(export, CONSENT, "ro", "p");
        reshape(export, CONSENT, "p");
        assertEquals(List.of("p"), path(client));
        client.connection.close();
    }

    @Test
    void theStateOfAPluginGoesToItsNewVersionAndBack() throws Exception {
        FakeKind old = bench.plugin("ram", "1", () -> ram(StatefulPlugin.SIZE));
        Export export = bench.active("e", "a", "ram");
        ExportBench.Client client = bench.open("e");
        client.request(bench.soon(), d -> {
            d.write(5, ByteBuffer.wrap(new byte[] {42}), Flags.NONE);
            return null;
        });
        FakeKind fresh = bench.plugin("ram", "2", () -> ram(StatefulPlugin.SIZE));
        assertEquals("ok", export.upgrade(old, fresh, ChangeOptions.NONE).result());
        assertEquals(42, byteAt(client, 5));
        assertEquals(0, old.out());
        export.upgrade(fresh, old, ChangeOptions.NONE);
        assertEquals(42, byteAt(client, 5));
        client.connection.close();
    }

    @Test
    void aSuccessorThatCanNotTakeOverLeavesTheStateWithTheOldOne() throws Exception {
        FakeKind old = bench.plugin("ram", "1", () -> ram(StatefulPlugin.SIZE));
        Export export = bench.active("e", "ram");
        ExportBench.Client client = bench.open("e");
        client.request(bench.soon(), d -> {
            d.write(5, ByteBuffer.wrap(new byte[] {42}), Flags.NONE);
            return null;
        });
        FakeKind small = bench.plugin("ram", "2", () -> ram(StatefulPlugin.SIZE / 2));
        assertThrows(ConfigException.class, () -> export.upgrade(old, small, ChangeOptions.NONE));
        assertEquals(42, byteAt(client, 5));
        assertEquals(0, small.out());
        client.connection.close();
    }

    /** Its devices use the memory that it was handed, so it has to be handed over before they are opened. */
    private StatefulPlugin ram(int size) {
        return new StatefulPlugin(bench.journal, "ram", size) {
            @Override
            public boolean exclusive() {
                return true;
            }
        };
    }

    private byte byteAt(ExportBench.Client client, int offset) throws Exception {
        return client.request(bench.soon(), d -> {
            ByteBuffer b = ByteBuffer.allocateDirect(1);
            Reads.into(d, offset, b);
            return b.get(0);
        });
    }

    @Test
    void anExportThatFailedStartsWhenABetterKindComes() throws Exception {
        bench.plugin("x", "1", () -> new FakePlugin(bench.journal, "x") {
            @Override
            public void ready(LayerContext context) throws Exception {
                throw new IOException("broken");
            }
        });
        Export export = bench.add("e", "x");
        ExportBench.await(export, ExportState.FAILED);
        bench.plugin("x", "2", () -> new FakePlugin(bench.journal, "x"));
        ExportBench.await(export, ExportState.ACTIVE);
    }

    /** A filter that is another one in the journal every time it is made. */
    private void numbered() {
        AtomicInteger made = new AtomicInteger();
        bench.filter("n", "1", () -> {
            String name = "n" + made.incrementAndGet();
            return new FakeFilter(bench.journal, name) {
                @Override
                public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                    return new Recording(name, next.open(request));
                }
            };
        });
    }

    @Test
    void ofTwoLayersWithTheSameWordsTheOneThatIsNamedIsMoved() throws Exception {
        numbered();
        Export export = bench.active("e", "n", "n", "p");
        ExportBench.Client client = bench.open("e");
        export.edit(now -> ChainEdits.move(now, "n:2", "before:n:1"), CONSENT);
        assertEquals(List.of("n2", "n1", "p"), path(client));
        client.connection.close();
    }

    @Test
    void ofTwoLayersWithTheSameWordsTheOneThatIsNamedIsRemoved() throws Exception {
        numbered();
        Export export = bench.active("e", "n", "n", "p");
        ExportBench.Client client = bench.open("e");
        export.edit(now -> ChainEdits.remove(now, "n:1"), CONSENT);
        assertEquals(List.of("n2", "p"), path(client));
        client.connection.close();
    }

    @Test
    void ofTwoLayersWithTheSameWordsTheOneThatIsNamedIsReplaced() throws Exception {
        numbered();
        Export export = bench.active("e", "n", "n", "p");
        ExportBench.Client client = bench.open("e");
        export.edit(now -> ChainEdits.replace(now, "n:1", "a"), CONSENT);
        assertEquals(List.of("a", "n2", "p"), path(client));
        client.connection.close();
    }

    @Test
    void inAConfigurationALabelTellsLayersWithTheSameWordsApart() throws Exception {
        numbered();
        Export export = bench.active("e", "n#a", "n#b", "p");
        ExportBench.Client client = bench.open("e");
        assertEquals("n#b", export.line(export.specs().get(1)));
        reshape(export, CONSENT, "n#b", "a", "n#a", "p");
        assertEquals(List.of("n2", "a", "n1", "p"), path(client));
        reshape(export, CONSENT, "n#b", "p");
        assertEquals(List.of("n2", "p"), path(client));
        export.edit(now -> ChainEdits.remove(now, "n#b"), CONSENT);
        assertEquals(List.of("p"), path(client));
        client.connection.close();
    }

    @Test
    void twoLayersOfOneKindCanNotHaveTheSameLabel() {
        ConfigException e = assertThrows(ConfigException.class, () -> ExportConfig.layers("e", List.of("n#a", "n#a", "p")));
        assertEquals("there are two layers 'n#a'; what stands after # must differ", e.getMessage());
    }

    @Test
    void aLabelHasLettersAndDigits() {
        ConfigException e = assertThrows(ConfigException.class, () -> ExportConfig.layers("e", List.of("n#", "p")));
        assertTrue(e.getMessage().startsWith("'n#' is no layer; KIND#LABEL is meant"), e.getMessage());
    }

    @Test
    void anEditIsMadeOfTheLayersThatTheChangeBeforeHasLeft() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        bench.filter("slow", "1", () -> new FakeFilter(bench.journal, "slow") {
            @Override
            public void ready(LayerContext context) {
                inside.countDown();
                Background.await(go);
            }
        });
        Export export = bench.active("e", "p");
        Background<SwapRecord> first = Background.run(() -> export.edit(now -> ChainEdits.insert(now, "slow", ""), CONSENT));
        Background.await(inside);
        Background<SwapRecord> second = Background.run(() -> export.edit(now -> ChainEdits.insert(now, "a", ""), CONSENT));
        go.countDown();
        first.result();
        second.result();
        assertEquals(List.of("a", "slow", "p"), export.specs().stream().map(ExportConfig.LayerSpec::kind).toList());
    }
}
