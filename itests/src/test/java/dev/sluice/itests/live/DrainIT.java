package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.StopMode;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.OptionReply;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.TestScript;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;

/** Requests that do not return, successors that do not come, and exports that stop. */
class DrainIT extends LiveTest {
    private static final String NOFILTER = "dev.sluice.filter.nofilter";
    /**
     * What hangs is given up after this. It also limits what does not hang, so it is no shorter than a slow machine may need to
     * load and open a layer.
     */
    private static final long DRAIN_MILLIS = 5000;
    private static final Map<String, Object> BRIEF = Map.of("drain", "5s", "hold", "60s");

    DrainIT() {
        super("nofilter", "memory 1M");
    }

    @Test
    void aBlueGreenSwapThatCanNotDrainIsAbandonedAndTheOldCodeGoesOn() throws Exception {
        TestScript.Hold hold = script().hold("read", 4096);
        try (Scratch x = scratch(BRIEF, "nofilter", "scripted size=1M"); Session s = session(x.name(), 1); Session t = session(x.name(), 2);
                hold) {
            long stuck = s.send(0, Wire.READ, 4096, 512);
            hold.awaitArrival();
            String before = status(x.name()).layers().get(0).bundle();
            String jar = newVersion(NOFILTER, "2.0.0");
            String text = refusal(() -> control().upgrade(jar, NONE));
            assertContains("not drained within 5000 ms", text);
            assertContains("the old code goes on", text);
            assertEquals(before, status(x.name()).layers().get(0).bundle());
            assertEquals(ExportState.ACTIVE, status(x.name()).state());
            assertContains("refused", lastSwap(x.name()).result());
            t.stillWorks();
            s.write(0, new byte[] {9}).ok();
            hold.close();
            s.result(stuck).ok();
            assertEquals(1, bundles(NOFILTER).size());
        }
    }

    @Test
    void anEditThatCanNotDrainIsAbandonedToo() throws Exception {
        TestScript.Hold hold = script().hold("write", 0);
        try (Scratch x = scratch(BRIEF, "nofilter", "scripted size=1M"); Session s = session(x.name(), 1); hold) {
            long stuck = s.sendWrite(0, 0, new byte[] {1, 2, 3});
            hold.awaitArrival();
            assertContains("not drained", refusal(() -> control().insert(x.name(), "nofilter", "", NONE)));
            assertEquals(List.of("nofilter", "scripted"), kinds(x.name()));
            hold.close();
            s.result(stuck).ok();
            assertArrayEquals(new byte[] {1, 2, 3}, s.read(0, 3).data());
            control().insert(x.name(), "nofilter", "", NONE);
            s.stillWorks();
        }
    }

    @Test
    void anInPlaceStopPastTheDrainTimeCutsOffTheStuckClientAloneAndNamesIt() throws Exception {
        Bundle nofilter = only(NOFILTER);
        TestScript.Hold hold = script().hold("read", 4096);
        try (Scratch x = scratch(BRIEF, "nofilter", "scripted size=1M"); Session s = session(x.name(), 1);
                Session t = session(x.name(), 2); hold) {
            t.write(0, new byte[] {4, 5, 6}).ok();
            s.send(0, Wire.READ, 4096, 512);
            hold.awaitArrival();
            long begin = System.nanoTime();
            nofilter.stop();
            long took = (System.nanoTime() - begin) / 1_000_000;
            assertTrue(took >= DRAIN_MILLIS, "the stop took " + took + " ms");
            s.client().awaitClose();
            long waiting = t.send(0, Wire.READ, 0, 3);
            nofilter.start();
            assertArrayEquals(new byte[] {4, 5, 6}, t.result(waiting).data());
            SwapRecord record = awaitSwap(x.name(), "ok");
            assertEquals(1, record.stranded().size(), record::toString);
            assertContains("calls of connection", record.stranded().get(0));
            hold.close();
            t.stillWorks();
        }
    }

    @Test
    void aCallThatHeedsItsCancellationIsAnsweredBeforeItsClientIsClosed() throws Exception {
        Bundle nofilter = only(NOFILTER);
        script().say("open", "tell of the cancellation");
        try (Scratch x = scratch(BRIEF, "nofilter", "scripted size=1M"); Session s = session(x.name(), 1);
                Session t = session(x.name(), 2)) {
            TestScript.Hold hold = script().hold("read", 4096);
            CountDownLatch cancelled = new CountDownLatch(1);
            try (hold) {
                long stuck = s.send(0, Wire.READ, 4096, 512);
                hold.awaitArrival();
                script().on("cancelled", (offset, length) -> {
                    cancelled.countDown();
                    hold.close();
                    return "";
                });
                // past the drain time, and within the second of grace
                nofilter.stop();
                assertEquals(0, cancelled.getCount());
                s.result(stuck);
                s.client().awaitClose();
            } finally {
                nofilter.start();
            }
            t.stillWorks();
            assertEquals(List.of(), awaitSwap(x.name(), "ok").stranded());
        }
    }

    @Test
    void withoutASuccessorTheHoldTimeEndsAllClientsAndANewBundleServesNewOnes() throws Exception {
        Bundle memory = only("dev.sluice.plugin.memory");
        String location = memory.getLocation();
        // long enough for the requests below to come in time
        Map<String, Object> brief = Map.of("hold", "10s");
        try (Scratch x = scratch(brief, "nofilter", "memory 1M"); Session s = session(x.name(), 1); Session t = session(x.name(), 2);
                Session idle = session(x.name(), 0)) {
            s.write(0, new byte[] {7}).ok();
            memory.uninstall();
            try {
                long reading = s.send(0, Wire.READ, 0, 1);
                long writing = t.sendWrite(0, 0, new byte[] {1});
                assertEquals(Wire.ESHUTDOWN, s.result(reading).error());
                assertEquals(Wire.ESHUTDOWN, t.result(writing).error());
                s.client().awaitClose();
                t.client().awaitClose();
                idle.client().awaitClose();
                awaitState(x.name(), ExportState.WAITING);
                assertContains("memory", status(x.name()).why());
                awaitSwap(x.name(), "nobody came");
                try (RawNbdClient c = anybody()) {
                    assertEquals(Wire.REP_ERR_UNKNOWN, go(c, x.name()).type());
                }
            } finally {
                sluice().context().installBundle(location).start();
            }
            awaitState(x.name(), ExportState.ACTIVE);
            try (Session u = session(x.name(), 1)) {
                assertArrayEquals(new byte[] {7}, u.read(0, 1).data());
            }
        }
    }

    private static OptionReply go(RawNbdClient client, String export) throws IOException {
        List<OptionReply> all = client.ask(Wire.OPT_GO, RawNbdClient.goPayload(export));
        return all.get(all.size() - 1);
    }

    @Test
    void aHiddenExportTurnsNewClientsAwayAndKeepsTheOthers() throws Exception {
        try (Scratch x = scratch("nofilter", "memory 1M"); Session s = session(x.name(), 1)) {
            control().stop(x.name(), StopMode.HIDE, null);
            s.write(0, new byte[] {1}).ok();
            try (RawNbdClient c = anybody()) {
                assertTrue(go(c, x.name()).isError());
            }
            update(only(NOFILTER));
            s.stillWorks();
            // The clients go on a moment before the state says so.
            awaitState(x.name(), ExportState.STOPPING);
            control().start(x.name());
            try (Session t = session(x.name(), 2)) {
                t.stillWorks();
            }
        }
    }

    @Test
    void aSafeStopIsRefusedWhileSomebodyIsConnected() throws Exception {
        try (Scratch x = scratch("nofilter", "memory 1M")) {
            try (Session s = session(x.name(), 1); Session t = session(x.name(), 2)) {
                assertContains("2 connections", refusal(() -> control().stop(x.name(), StopMode.SAFE, null)));
                s.stillWorks();
                t.stillWorks();
            }
            Await.until("the clients are gone", () -> status(x.name()).connections() == 0);
            control().stop(x.name(), StopMode.SAFE, null);
            try (RawNbdClient c = anybody()) {
                assertTrue(go(c, x.name()).isError());
            }
        }
    }

    @Test
    void aSoftStopFinishesWhatIsInsideAndRefusesTheRest() throws Exception {
        TestScript.Hold hold = script().hold("write", 0);
        try (Scratch x = scratch("nofilter", "scripted size=1M"); Session s = session(x.name(), 1);
                Session t = session(x.name(), 2); hold) {
            long stuck = s.sendWrite(0, 0, new byte[] {1});
            hold.awaitArrival();
            Future<?> stopped = threads.submit(() -> control().stop(x.name(), StopMode.SOFT, null));
            Await.until("the export is stopping", () -> status(x.name()).state() == ExportState.STOPPING);
            assertFalse(stopped.isDone());
            hold.close();
            s.result(stuck).ok();
            stopped.get(60, TimeUnit.SECONDS);
            s.client().awaitClose();
            t.client().awaitClose();
            assertEquals(ExportState.ACTIVE, control().start(x.name()).state());
        }
    }

    @Test
    void aHardStopClosesAtOnce() throws Exception {
        TestScript.Hold hold = script().hold("read", 4096);
        try (Scratch x = scratch("nofilter", "scripted size=1M"); Session s = session(x.name(), 1); Session t = session(x.name(), 2);
                hold) {
            s.send(0, Wire.READ, 4096, 512);
            hold.awaitArrival();
            Future<?> stopped = threads.submit(() -> control().stop(x.name(), StopMode.HARD, Duration.ofMinutes(10)));
            // while the stop itself waits for the call
            s.client().awaitClose();
            t.client().awaitClose();
            assertFalse(stopped.isDone());
            hold.close();
            stopped.get(60, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anExportThatIsHeldCanBeDeleted(boolean stopFirst) throws Exception {
        Bundle nofilter = only(NOFILTER);
        try (Session s = deleted(nofilter, stopFirst)) {
            s.client().awaitClose();
        } finally {
            nofilter.start();
        }
    }

    private Session deleted(Bundle nofilter, boolean stopFirst) throws Exception {
        try (Scratch x = scratch("nofilter", "memory 1M")) {
            Session s = session(x.name(), 1);
            s.stillWorks();
            nofilter.stop();
            if (stopFirst) {
                control().stop(x.name(), StopMode.SOFT, Duration.ofSeconds(1));
            }
            return s;
        }
    }

    @Test
    void aClientThatDoesNotReadDoesNotHoldUpASwap() throws Exception {
        try (Scratch x = scratch("nofilter", "memory 64M"); Session slow = session(x.name(), 1); Session t = session(x.name(), 2)) {
            for (int i = 0; i < 40; i++) {
                slow.send(0, Wire.READ, 0, 1 << 20);
            }
            // one that was waited for would be refused, or the client stranded
            assertTrue(control().upgrade(newVersion(NOFILTER, "3.0.0"), NONE).stream().allMatch(w -> w.result().equals("ok")));
            update(only(NOFILTER));
            t.stillWorks();
            assertEquals(List.of(), awaitSwap(x.name(), "ok, now").stranded());
            assertEquals(2, status(x.name()).connections());
        }
    }
}
