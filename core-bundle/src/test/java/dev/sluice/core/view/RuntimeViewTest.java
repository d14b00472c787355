package dev.sluice.core.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.engine.Engine;
import dev.sluice.core.export.ChainEdits;
import dev.sluice.core.export.ExportBench;
import dev.sluice.core.export.FakeKind;
import dev.sluice.core.transport.SocketNetwork;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RuntimeViewTest {
    private static final SluiceControl.ChangeOptions AGREED = new SluiceControl.ChangeOptions(false, true, false);

    private final ManualPlatform platform = new ManualPlatform();
    private final ExportBench bench = new ExportBench(platform);
    private final RuntimeView view = new RuntimeView("1.2.3", bench.core.services, bench, bench.exports,
            new Engine(bench.core.services, new SocketNetwork(platform), bench.exports), bench.swaps);

    @AfterEach
    void nothingLeaks() {
        bench.assertNothingLeaked();
        bench.close();
    }

    @Test
    void kindsAreShownWithTheirBundle() {
        bench.filter("f");
        KindStatus kind = view.kinds().get(0);
        assertEquals("f", kind.name());
        assertTrue(kind.filter());
        assertEquals("bundle.f", kind.bundle());
        assertEquals("1", kind.version());
    }

    @Test
    void aWaitingExportIsShownWithItsReasonAndItsLayers() throws Exception {
        ExportBench.await(bench.add("e", "f", "p"), ExportState.WAITING);
        ExportStatus status = view.exports().get(0);
        assertEquals(ExportState.WAITING, status.state());
        assertEquals("filter 'f' is not there", status.why());
        assertEquals(List.of("f", "p"), status.layers().stream().map(l -> l.kind()).toList());
        assertEquals("", status.threadModel());
    }

    @Test
    void ofALayerWhoseKindIsNotThereTheKeysAreShownAndNoValue() throws Exception {
        bench.filter("f");
        ExportBench.await(bench.add("e", "f", "p size=1 secret"), ExportState.WAITING);
        assertEquals(List.of("f", "p size=*** ***"), view.exports().get(0).layers().stream().map(l -> l.line()).toList());
    }

    @Test
    void anActiveExportIsShownWithItsConnections() throws Exception {
        bench.plugin("p");
        bench.active("e", "p");
        bench.open("e");
        ExportStatus status = view.awaitExport("e", Duration.ofSeconds(1)).orElseThrow();
        assertEquals(ExportState.ACTIVE, status.state());
        assertEquals(1, status.connections());
        assertEquals("parallel", status.threadModel());
        assertEquals("bundle.p 1", status.layers().get(0).bundle());
    }

    @Test
    void aLayerThatIsGoneIsShownWithoutItsBundle() throws Exception {
        FakeKind p = bench.plugin("p");
        bench.active("e", "p");
        bench.leave(p);
        ExportStatus status = view.exports().get(0);
        assertEquals(ExportState.HELD, status.state());
        assertEquals("p", status.layers().get(0).kind());
        assertEquals("", status.layers().get(0).bundle());
    }

    @Test
    void swapsAreShown() throws Exception {
        FakeKind p = bench.plugin("p");
        bench.active("e", "p");
        bench.plugin("p", "2", () -> new dev.sluice.core.chain.FakePlugin(bench.journal, "p"));
        bench.leave(p);
        assertEquals(1, view.swaps().size());
        assertTrue(view.swaps().get(0).result().startsWith("ok"));
    }

    @Test
    void whoAsksToBeToldOfAShutdownIsTold() throws Exception {
        AtomicInteger told = new AtomicInteger();
        AutoCloseable registration = view.onShutdownRequest(told::incrementAndGet);
        view.shutdownRequested();
        registration.close();
        view.shutdownRequested();
        assertEquals(1, told.get());
    }

    @Test
    void theVersionIsThatOfTheServer() {
        assertEquals("1.2.3", view.version());
        assertEquals(List.of(), view.listeners());
        assertEquals(List.of(), view.connections());
    }

    @Test
    void theMetricsOfAnExportHaveItsLayersInOrderAndItsSwaps() throws Exception {
        bench.filter("f");
        bench.plugin("p");
        bench.active("e", "f#a", "p");
        ExportMetrics before = view.metrics().exports().get(0);
        assertEquals(List.of("0 f#a", "1 p"), before.layers().stream().map(l -> l.position() + " " + l.layer()).toList());
        bench.exports.find("e").orElseThrow().edit(now -> ChainEdits.remove(now, "f#a"), AGREED);
        ExportMetrics after = view.metrics().exports().get(0);
        assertEquals(1, after.swaps());
        assertEquals(0, after.swapsRefused());
        assertEquals(List.of("p"), after.layers().stream().map(l -> l.layer()).toList());
    }

    @Test
    void anObserverIsToldOfStatesAndSwaps() throws Exception {
        AtomicInteger changes = new AtomicInteger();
        AtomicInteger swaps = new AtomicInteger();
        AutoCloseable observer = view.observe(new RuntimeObserver() {
            @Override
            public void changed() {
                changes.incrementAndGet();
            }

            @Override
            public void swapped(SwapRecord swap) {
                swaps.incrementAndGet();
            }
        }, null);
        bench.filter("f");
        bench.plugin("p");
        bench.active("e", "f", "p");
        Background.until(() -> changes.get() > 0, "it was told");
        bench.exports.find("e").orElseThrow().edit(now -> ChainEdits.remove(now, "f"), AGREED);
        assertEquals(1, swaps.get());
        observer.close();
        int then = changes.get();
        bench.exports.remove(bench.exports.find("e").orElseThrow(), "test");
        assertEquals(then, changes.get());
    }
}
