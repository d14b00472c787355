package dev.sluice.core.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.core.chain.FakeFilter;
import dev.sluice.core.chain.FakePlugin;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.ManualPlatform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How exports begin, are found, and end. */
class ExportLifeTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final ExportBench bench = new ExportBench(platform);

    @AfterEach
    void nothingLeaks() {
        bench.assertNothingLeaked();
        bench.close();
    }

    @Test
    void layersAreConfiguredFromTheClientAndMadeReadyFromThePlugin() throws Exception {
        bench.plugin("p");
        bench.filter("f", "1", () -> new FakeFilter(bench.journal, "f") {
            @Override
            public void configure(Parameters parameters) {
                journal.add("f configure");
            }

            @Override
            public void ready(LayerContext context) {
                journal.add("f ready");
            }
        });
        bench.active("e", "f", "p");
        assertEquals(List.of("f configure", "p configure", "p ready", "f ready"), bench.journal.take());
    }

    @Test
    void anExportWaitsUntilItsKindsHaveComeInAnyOrder() throws Exception {
        Export export = bench.add("e", "f", "p");
        ExportBench.await(export, ExportState.WAITING);
        assertEquals("filter 'f' is not there", export.why());
        bench.filter("f");
        ExportBench.awaitWhy(export, "plugin 'p' is not there");
        bench.plugin("p");
        ExportBench.await(export, ExportState.ACTIVE);
        assertEquals("", export.why());
    }

    @Test
    void aWaitingExportIsNotListedAndSaysWhatItWaitsFor() throws Exception {
        Export export = bench.add("e", "p");
        ExportBench.await(export, ExportState.WAITING);
        assertEquals(List.of(), bench.exports.list(new TestClient(1)));
        NbdException e = assertThrows(NbdException.class, () -> bench.open("e"));
        assertEquals(NbdError.EINVAL, e.error());
        assertTrue(e.getMessage().contains("plugin 'p' is not there"), e.getMessage());
    }

    @Test
    void aFilterDoesNotStandInForAPlugin() throws Exception {
        bench.filter("p");
        ExportBench.await(bench.add("e", "p"), ExportState.WAITING);
    }

    @Test
    void aConfigurationThatIsRefusedFailsTheExportInOneLine() throws Exception {
        bench.filter("f");
        bench.plugin("p", "1", () -> new FakePlugin(bench.journal, "p") {
            @Override
            public void configure(Parameters parameters) {
                throw new ConfigException("size is missing");
            }
        });
        Export export = bench.add("e", "f", "p");
        ExportBench.await(export, ExportState.FAILED);
        assertEquals("p: size is missing", export.why());
        assertEquals(List.of("p close layer", "f close layer"), bench.journal.take());
    }

    @Test
    void aParameterThatDoesNotExistFailsTheExport() throws Exception {
        bench.plugin("p");
        Export export = bench.add("e", "p colour=red");
        ExportBench.await(export, ExportState.FAILED);
        assertTrue(export.why().contains("colour"), export.why());
    }

    @Test
    void aLayerThatDoesNotGetReadyFailsTheExportAndEverythingIsGivenBack() throws Exception {
        FakeKind f = bench.filter("f");
        FakeKind p = bench.plugin("p", "1", () -> new FakePlugin(bench.journal, "p") {
            @Override
            public void ready(LayerContext context) throws Exception {
                throw new IOException("no such file");
            }
        });
        Export export = bench.add("e", "f", "p");
        ExportBench.await(export, ExportState.FAILED);
        assertTrue(export.why().contains("no such file"), export.why());
        assertEquals(0, f.out() + p.out());
    }

    @Test
    void aKindThatCanNotMakeAnObjectFailsTheExport() throws Exception {
        FakeKind f = bench.filter("f");
        bench.plugin("p", "1", () -> {
            throw new NoClassDefFoundError("some/Library");
        });
        Export export = bench.add("e", "f", "p");
        ExportBench.await(export, ExportState.FAILED);
        assertTrue(export.why().contains("some/Library"), export.why());
        assertEquals(0, f.out());
    }

    @Test
    void aKindThatLeavesWhileItsLayerIsMadeIsWaitedFor() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        FakeKind old = bench.plugin("p", "1", () -> {
            making.countDown();
            Background.await(go);
            throw new ConfigException("plugin 'p' is being stopped");
        });
        Export export = bench.add("e", "p");
        Background.await(making);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(old);
            return true;
        });
        Background.until(() -> bench.find(false, "p").isEmpty(), "it is going");
        go.countDown();
        leaving.result();
        ExportBench.await(export, ExportState.WAITING);
        bench.plugin("p");
        ExportBench.await(export, ExportState.ACTIVE);
    }

    @Test
    void aBackgroundTaskHasEndedWhenALayerThatIsNotUsedIsClosed() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        bench.filter("f", "1", () -> new FakeFilter(bench.journal, "f") {
            @Override
            public void ready(LayerContext context) throws Exception {
                Background.await(running);
                throw new IOException("no");
            }
        });
        bench.plugin("p", "1", () -> new FakePlugin(bench.journal, "p") {
            @Override
            public void ready(LayerContext context) {
                context.tasks().submit(() -> {
                    running.countDown();
                    Background.await(go);
                    journal.add("p task ends");
                    return null;
                });
            }
        });
        Export export = bench.add("e", "f", "p");
        platform.awaitWaiting("other calls of export e", 1);
        go.countDown();
        ExportBench.await(export, ExportState.FAILED);
        assertEquals(List.of("p configure", "p task ends", "f close layer", "p close layer"), bench.journal.take());
    }

    @Test
    void aDisabledExportIsNotStarted() throws Exception {
        FakeKind p = bench.plugin("p");
        Export export = bench.exports.add(new ExportConfig("e", ExportConfig.layers("e", List.of("p")), false, false,
                ExportBench.DRAIN, ExportBench.HOLD, Path.of("/")));
        ExportBench.await(export, ExportState.DISABLED);
        assertEquals(0, p.made());
    }

    @Test
    void twoExportsOfOneNameAreRefused() throws Exception {
        bench.plugin("p");
        bench.active("e", "p");
        assertThrows(ConfigException.class, () -> bench.add("e", "p"));
    }

    @Test
    void anExportIsFoundByItsName() throws Exception {
        bench.plugin("p");
        bench.active("a", "p");
        Export b = bench.active("b", "p");
        ExportBench.Client client = bench.open("b");
        assertEquals("b", client.connection.name());
        assertEquals(1, b.connections().size());
        assertThrows(NbdException.class, () -> bench.open("c"));
        assertThrows(NbdException.class, () -> bench.open(""));
        client.connection.close();
    }

    @Test
    void theOnlyExportIsTheDefault() throws Exception {
        bench.plugin("p");
        bench.active("a", "p");
        assertEquals("a", bench.open("").connection.name());
    }

    @Test
    void aCatchAllTakesEveryNameAndNamesItsDefault() throws Exception {
        bench.plugin("p", "1", () -> new FakePlugin(bench.journal, "p") {
            @Override
            public String defaultExport(dev.sluice.api.ClientInfo client) {
                return "first";
            }

            @Override
            public List<ExportInfo> exports(dev.sluice.api.ClientInfo client) {
                return List.of(new ExportInfo("first", "one"), new ExportInfo("second", "two"));
            }
        });
        bench.active("*", "p");
        assertEquals("first", bench.open("").connection.name());
        assertEquals("x", bench.open("x").connection.name());
        assertEquals(2, bench.exports.list(new TestClient(1)).size());
        assertTrue(bench.journal.take().containsAll(List.of("p open first", "p open x")));
    }

    /** Writes down whom it is asked about, and may refuse. */
    private void asked(String name, boolean refuses) {
        bench.plugin(name, "1", () -> new FakePlugin(bench.journal, name) {
            @Override
            public void preconnect(ClientInfo client) throws Exception {
                journal.add(name + " preconnect " + client.connection());
                if (refuses) {
                    throw new NbdException(NbdError.EPERM, "not you");
                }
            }
        });
    }

    private OpenConnection open(String name, TestClient client) throws NbdException {
        return bench.exports.open(name, client, new ExportBench.Client());
    }

    @Test
    void theLayersOfTheOnlyExportAreAskedOnceBeforeAClientIsGreeted() throws Exception {
        asked("p", false);
        bench.active("e", "p");
        TestClient client = new TestClient(7);
        bench.exports.admit(client);
        assertEquals(1, bench.journal.count("p preconnect 7"));
        open("e", client).close();
        open("e", client).close();
        assertEquals(1, bench.journal.count("p preconnect 7"));
    }

    @Test
    void ofSeveralExportsTheOneThatAClientAsksForIsAsked() throws Exception {
        asked("p", false);
        asked("q", false);
        bench.active("e", "p");
        bench.active("f", "q");
        TestClient client = new TestClient(7);
        bench.exports.admit(client);
        assertEquals(0, bench.journal.count("p preconnect 7"));
        open("e", client).close();
        open("e", client).close();
        open("e", new TestClient(8)).close();
        assertEquals(1, bench.journal.count("p preconnect 7"));
        assertEquals(1, bench.journal.count("p preconnect 8"));
        assertEquals(0, bench.journal.count("q preconnect 7"));
    }

    @Test
    void whoMayNotComeOpensNothing() throws Exception {
        asked("p", true);
        asked("q", false);
        bench.active("e", "p");
        bench.active("f", "q");
        TestClient client = new TestClient(7);
        bench.exports.admit(client);
        assertTrue(assertThrows(NbdException.class, () -> open("e", client)).getMessage().contains("not you"));
        assertEquals(0, bench.journal.count("p open e"));
        open("f", client).close();
    }

    @Test
    void multiConnIsNotOfferedWhereConnectionsAreServedOneByOne() throws Exception {
        bench.plugin("p", "1", () -> {
            FakePlugin p = new FakePlugin(bench.journal, "p");
            p.model = ThreadModel.SERIALIZE_CONNECTIONS;
            return p;
        });
        Export export = bench.active("e", "p");
        assertTrue(bench.exports.oneAtATime());
        assertEquals(ThreadModel.SERIALIZE_CONNECTIONS, export.threadModel());
        assertFalse(bench.open("e").connection.info().multiConn());
    }

    @Test
    void theStrictestThreadModelWins() throws Exception {
        bench.filter("f", "1", () -> {
            FakeFilter f = new FakeFilter(bench.journal, "f");
            f.model = ThreadModel.SERIALIZE_REQUESTS;
            return f;
        });
        bench.plugin("p");
        assertEquals(ThreadModel.SERIALIZE_REQUESTS, bench.active("e", "f", "p").threadModel());
    }

    @Test
    void closingAConnectionClosesItsDevicesOnce() throws Exception {
        bench.plugin("p");
        Export export = bench.active("e", "p");
        ExportBench.Client client = bench.open("e");
        client.connection.close();
        client.connection.close();
        assertEquals(1, bench.journal.count("p close"));
        assertEquals(0, export.connections().size());
    }

    @Test
    void stoppingSendsClientsAwayAndClosesEverything() throws Exception {
        FakeKind p = bench.plugin("p");
        Export export = bench.active("e", "p");
        ExportBench.Client client = bench.open("e");
        bench.journal.take();
        bench.exports.remove(export, "it is removed");
        assertEquals(List.of("p finish", "p close", "p close layer"), bench.journal.take());
        assertTrue(client.isCut());
        assertEquals("it is removed", client.reasons().get(0));
        assertEquals(0, p.out());
        client.connection.close();
        assertEquals(List.of(), bench.journal.take());
    }

    @Test
    void stoppingGivesUpOnACallThatNeverReturns() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        bench.plugin("p");
        Export export = bench.active("e", "p");
        ExportBench.Client client = bench.open("e");
        Background<Boolean> call = Background.run(() -> client.request(bench.soon(), d -> {
            inside.countDown();
            Background.await(go);
            return true;
        }));
        Background.await(inside);
        Background<Boolean> stop = Background.run(() -> {
            bench.exports.remove(export, "gone");
            return true;
        });
        platform.awaitWaiting("connection ", 1);
        platform.advance(ExportBench.DRAIN);
        assertTrue(stop.result());
        assertTrue(client.isCut());
        assertFalse(call.isDone());
        go.countDown();
        call.result();
    }

    @Test
    void aKindThatLeavesDuringAStopWaitsForTheStop() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        FakeKind p = bench.plugin("p");
        Export export = bench.active("e", "p");
        ExportBench.Client client = bench.open("e");
        Background<Boolean> call = Background.run(() -> client.request(bench.soon(), d -> {
            inside.countDown();
            Background.await(go);
            return true;
        }));
        Background.await(inside);
        Background<Boolean> stop = Background.run(() -> {
            bench.exports.remove(export, "gone");
            return true;
        });
        platform.awaitWaiting("connection ", 1);
        Background<Boolean> leaving = Background.run(() -> {
            bench.leave(p);
            return true;
        });
        go.countDown();
        call.result();
        assertTrue(leaving.result());
        assertTrue(stop.result());
    }

    @Test
    void waitingForAnExportThatDoesNotComeEnds() throws Exception {
        Background<Boolean> waiting = Background.run(
                () -> bench.exports.await("none", Deadline.after(platform, Duration.ofSeconds(1))).isEmpty());
        Background.until(() -> {
            platform.advance(Duration.ofMillis(100));
            return waiting.isDone();
        }, "the wait ends");
        assertTrue(waiting.result());
    }

    @Test
    void waitingForAnExportThatIsThereFindsIt() throws Exception {
        bench.plugin("p");
        Export export = bench.active("e", "p");
        assertSame(export, bench.exports.await("e", Deadline.after(platform, Duration.ofSeconds(1))).orElseThrow());
    }

    @Test
    void anOpenThatFailsLeavesNoConnection() throws Exception {
        bench.plugin("p", "1", () -> new FakePlugin(bench.journal, "p") {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                throw new NbdException(NbdError.EINVAL, "no such export");
            }
        });
        Export export = bench.active("e", "p");
        assertThrows(NbdException.class, () -> bench.open("e"));
        assertEquals(0, export.connections().size());
    }

    @Test
    void anEmptyChainIsRefused() {
        assertThrows(ConfigException.class, () -> bench.add("e"));
        assertThrows(ConfigException.class, () -> bench.add("e", "f", " "));
    }
}
