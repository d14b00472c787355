package dev.sluice.itests.framework;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.TestScript;
import dev.sluice.itests.harness.Wire;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** Bundles are updated, stopped and started with the framework's own means while clients are connected. */
class InPlaceUpdateIT extends ServedTest {
    private ExecutorService threads;

    InPlaceUpdateIT() {
        super("nofilter", "memory 64M");
    }

    @BeforeAll
    void moreExports() throws Exception {
        threads = Executors.newCachedThreadPool();
        sluice().export("slow", "nofilter", "scripted size=1M");
    }

    @AfterAll
    void endThreads() {
        threads.shutdownNow();
    }

    private static void update(Bundle bundle) throws Exception {
        try (var jar = URI.create(bundle.getLocation()).toURL().openStream()) {
            bundle.update(jar);
        }
    }

    private void awaitActive(String export) {
        Await.until(export + " is active", Duration.ofSeconds(60), () -> sluice().runtime().exports().stream()
                .anyMatch(e -> e.name().equals(export) && e.state() == ExportState.ACTIVE), () -> swaps(export).toString());
    }

    private List<SwapRecord> swaps(String export) {
        return sluice().runtime().swaps().stream().filter(w -> w.export().equals(export)).toList();
    }

    @Test
    void fourClientsThatReadAndWriteSeeNoErrorWhileAFilterIsUpdatedTwentyTimes() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        List<Future<Long>> clients = new ArrayList<>();
        int before = swaps("*").size();
        for (int i = 0; i < 4; i++) {
            clients.add(threads.submit(client(i, done)));
        }
        Await.until("four clients are connected", () -> server.connections() == 4);
        try {
            for (int i = 0; i < 20; i++) {
                update(sluice().bundle("dev.sluice.filter.nofilter"));
                awaitActive("*");
            }
        } finally {
            done.set(true);
        }
        for (Future<Long> c : clients) {
            assertTrue(c.get(60, TimeUnit.SECONDS) > 0);
        }
        assertEquals(Math.min(100, before + 20), swaps("*").size(), () -> swaps("*").toString());
        assertTrue(swaps("*").stream().limit(20).allMatch(w -> w.result().startsWith("ok") && w.stranded().isEmpty()),
                () -> swaps("*").toString());
    }

    private Callable<Long> client(int number, AtomicBoolean done) {
        return () -> {
            long rounds = 0;
            long base = number * 16L * Wire.MIB;
            try (Session s = number % 2 == 0 ? simple() : extended()) {
                while (!done.get()) {
                    byte[] data = Pattern.bytes(number * 1000L + rounds, 0, 40_000);
                    long w = s.sendWrite(rounds % 3 == 0 ? Wire.FUA : 0, base, data);
                    s.result(w).ok();
                    long f = s.send(0, Wire.FLUSH, 0, 0);
                    long a = s.send(0, Wire.READ, base, 20_000);
                    long b = s.send(0, Wire.READ, base + 20_000, 20_000);
                    s.result(f).ok();
                    assertArrayEquals(java.util.Arrays.copyOf(data, 20_000), s.result(a).data());
                    assertArrayEquals(java.util.Arrays.copyOfRange(data, 20_000, 40_000), s.result(b).data());
                    rounds++;
                }
                s.disconnect();
            }
            return rounds;
        };
    }

    @Test
    void updatesInQuickSuccessionLeaveTheExportActive() throws Exception {
        try (Session s = simple()) {
            for (int i = 0; i < 30; i++) {
                update(sluice().bundle("dev.sluice.filter.nofilter"));
            }
            awaitActive("*");
            s.stillWorks();
        }
    }

    @Test
    void anUpdateWaitsForARequestInsideAndTheRequestSucceeds() throws Exception {
        TestScript.Hold hold = script().hold("read", 4096);
        try (Session s = greeted().structured().go("slow"); hold) {
            long stuck = s.send(0, Wire.READ, 4096, 512);
            hold.awaitArrival();
            Future<?> update = threads.submit(() -> {
                update(sluice().bundle("dev.sluice.filter.nofilter"));
                return null;
            });
            Await.until("the export is held", () -> sluice().runtime().exports().stream()
                    .anyMatch(e -> e.name().equals("slow") && e.state() == ExportState.HELD));
            assertFalse(update.isDone());
            hold.close();
            s.result(stuck).ok();
            update.get(60, TimeUnit.SECONDS);
            s.stillWorks();
        }
    }

    @Test
    void requestsWaitWhileAFilterIsStoppedAndGoOnWhenItStarts() throws Exception {
        Bundle nofilter = sluice().bundle("dev.sluice.filter.nofilter");
        try (Session s = structured()) {
            s.stillWorks();
            nofilter.stop();
            long waiting;
            try {
                waiting = s.send(0, Wire.READ, 0, 512);
                assertTrue(s.client().channel().silentFor(Duration.ofMillis(300)));
            } finally {
                nofilter.start();
            }
            s.result(waiting).ok();
        }
    }

    @Test
    void aClientThatLeavesWhileTheExportIsHeldIsNoticed() throws Exception {
        Bundle nofilter = sluice().bundle("dev.sluice.filter.nofilter");
        try {
            try (Session s = structured()) {
                s.stillWorks();
                nofilter.stop();
            }
            Await.until("the connection is gone", () -> server.connections() == 0);
        } finally {
            nofilter.start();
        }
    }

    @Test
    void whatAMemoryDiskHoldsSurvivesAnUpdateOfItsPlugin() throws Exception {
        byte[] data = Pattern.bytes(99, 0, 3 * Wire.MIB);
        try (Session s = structured()) {
            s.write(12_345, data).ok();
            update(sluice().bundle("dev.sluice.plugin.memory"));
            assertArrayEquals(data, s.read(12_345, data.length).data());
            s.write(0, data).ok();
        }
    }

    @Test
    void aNewClientConnectsAfterAnUpdate() throws Exception {
        update(sluice().bundle("dev.sluice.filter.nofilter"));
        sluice().awaitExport("*");
        try (Session s = simple()) {
            s.stillWorks();
        }
    }

    @Test
    void theHoldTimeEndsWithShutdown() throws Exception {
        SluiceServer sluice = sluice();
        var configuration = sluice.configure(SluiceRuntime.EXPORT_PID,
                SluiceServer.exportProperties("brief", java.util.Map.of("hold", "10s"), "nofilter", "memory 1M"));
        assertEquals(ExportState.ACTIVE, sluice.awaitExport("brief").state());
        Bundle nofilter = sluice.bundle("dev.sluice.filter.nofilter");
        try (Session s = RawNbdClient.greeted(server.address()).structured().go("brief")) {
            nofilter.stop();
            assertEquals(Wire.ESHUTDOWN, s.read(0, 512).error());
            s.client().awaitClose();
        } finally {
            nofilter.start();
            configuration.delete();
        }
    }
}
