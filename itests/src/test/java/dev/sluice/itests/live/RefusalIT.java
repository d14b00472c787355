package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.TestScript;
import dev.sluice.itests.harness.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;

/** A successor that can't take over: the old code goes on, clients notice nothing, the operator reads why. */
class RefusalIT extends LiveTest {
    private static final String BUNDLE = "dev.sluice.itests.fixture.changeable";
    /** What hangs is given up after this; what does not must be done in it, on a slow machine as well. */
    private static final Map<String, Object> DRAIN = Map.of("drain", "5s");

    RefusalIT() {
        super("nofilter", "memory 1M");
    }

    @BeforeAll
    void installKinds() throws Exception {
        started(changeable());
    }

    @ParameterizedTest
    @CsvSource({
        "size, its size is 2097152 bytes",
        "blocks, its block sizes are",
        "no-flush, it has no flush",
        "no-trim, it has no trim",
        "configure, this version does not take these words",
        "ready, told to fail in ready",
        "open, told to fail in open",
        "prepare, told to fail in prepare",
        "read, the self-test",
        "adopt, told to fail in adopt",
        "exclusive size, its size is 2097152 bytes",
        "exclusive no-trim, it has no trim",
        "exclusive open, told to fail in open",
        "exclusive prepare, told to fail in prepare",
        "exclusive adopt, told to fail in adopt"})
    void theOldCodeGoesOnAndTheReasonIsNamed(String be, String reason) throws Exception {
        try (Scratch x = scratch("nofilter", "changeable"); Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 18)) {
            String before = status(x.name()).layers().get(1).bundle();
            script().say("be", be);
            String text = refusal(() -> control().upgrade(newVersion(BUNDLE, "2.0.0"), NONE));
            assertContains(reason, text);
            assertContains("changeable", text);
            SwapRecord record = lastSwap(x.name());
            assertContains("refused", record.result());
            assertContains(reason, record.result());
            assertEquals(before, status(x.name()).layers().get(1).bundle());
            assertEquals("1.0.0", only(BUNDLE).getVersion().toString());
            assertEquals(ExportState.ACTIVE, status(x.name()).state());
            traffic.awaitRounds(2);
            script().reset();
            control().upgrade(newVersion(BUNDLE, "3.0.0"), NONE);
            traffic.awaitRounds(2);
            control().upgrade(newVersion(BUNDLE, "1.0.0"), NONE);
            traffic.end();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hang-configure", "hang-open", "hang-adopt", "exclusive hang-open", "exclusive hang-adopt"})
    void aSuccessorThatHangsIsGivenUpAfterTheDrainTime(String be) throws Exception {
        TestScript.Hold hang = script().hold("hang", 0);
        try (hang; Scratch x = scratch(DRAIN, "nofilter", "changeable");
                Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 18)) {
            script().say("be", be);
            String jar = newVersion(BUNDLE, "2.0.0");
            Future<String> refused = threads.submit(() -> refusal(() -> control().upgrade(jar, NONE)));
            hang.awaitArrival();
            assertContains("5000 ms", refused.get(60, TimeUnit.SECONDS));
            SwapRecord record = lastSwap(x.name());
            assertEquals(1, record.stranded().size(), record::toString);
            assertContains("thread sluice-change-" + x.name(), record.stranded().get(0));
            traffic.awaitRounds(2);
            assertEquals(ExportState.ACTIVE, status(x.name()).state());
            script().say("be", "");
            // It hangs still, and changes of the export work.
            control().upgrade(newVersion(BUNDLE, "3.0.0"), NONE);
            traffic.awaitRounds(2);
            control().insert(x.name(), "nofilter", "", NONE);
            hang.close();
            traffic.awaitRounds(2);
            control().upgrade(newVersion(BUNDLE, "1.0.0"), NONE);
            traffic.end();
        }
        Await.until("only one bundle is left", () -> bundles(BUNDLE).size() == 1);
        assertEquals("1.0.0", only(BUNDLE).getVersion().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hang-configure", "hang-open", "hang-adopt"})
    void inPlaceASuccessorThatHangsIsGivenUpAndTheNextOneTakesOver(String be) throws Exception {
        Bundle bundle = only(BUNDLE);
        TestScript.Hold hang = script().hold("hang", 0);
        try (hang; Scratch x = scratch(DRAIN, "nofilter", "changeable"); Session s = session(x.name(), 1);
                Session t = session(x.name(), 2)) {
            s.write(0, new byte[] {1, 2, 3}).ok();
            script().say("be", be);
            update(bundle);
            hang.awaitArrival();
            SwapRecord record = awaitSwap(x.name(), "it did not within 5000 ms and was given up");
            assertEquals(1, record.stranded().size(), record::toString);
            assertEquals(ExportState.HELD, status(x.name()).state());
            long waiting = t.send(0, Wire.READ, 0, 3);
            script().say("be", "");
            update(bundle);
            assertArrayEquals(new byte[] {1, 2, 3}, t.result(waiting).data());
            s.stillWorks();
            hang.close();
            s.stillWorks();
            assertArrayEquals(new byte[] {1, 2, 3}, s.read(0, 3).data());
        }
    }

    @Test
    void anUpgradeFillsAnExportThatIsHeldBecauseTheVersionBeforeCouldNot() throws Exception {
        try (Scratch x = scratch("nofilter", "changeable"); Session s = session(x.name(), 1)) {
            s.write(0, new byte[] {1, 2, 3}).ok();
            script().say("be", "size");
            update(only(BUNDLE));
            awaitSwap(x.name(), "its size is");
            script().reset();
            List<SwapRecord> would = control().upgrade(newVersion(BUNDLE, "2.0.0"), DRY);
            assertEquals(List.of(x.name()), would.stream().map(SwapRecord::export).toList());
            List<SwapRecord> done = control().upgrade(newVersion(BUNDLE, "2.0.0"), NONE);
            assertEquals(1, done.size(), done::toString);
            assertEquals(x.name(), done.get(0).export());
            assertContains("ok", done.get(0).result());
            assertArrayEquals(new byte[] {1, 2, 3}, s.read(0, 3).data());
            control().upgrade(newVersion(BUNDLE, "1.0.0"), NONE);
        }
        assertEquals("1.0.0", only(BUNDLE).getVersion().toString());
    }

    @Test
    void stateThatCanNotBeHandedOverLeavesTheOldCodeInPlace() throws Exception {
        script().say("be", "own-class");
        try (Scratch x = scratch("changeable"); Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 18)) {
            script().say("be", "");
            assertContains("own class", refusal(() -> control().upgrade(newVersion(BUNDLE, "2.0.0"), NONE)));
            traffic.awaitRounds(2);
            traffic.end();
        }
    }

    @Test
    void aReleaseThatThrowsLeavesTheOldCodeInPlace() throws Exception {
        script().say("be", "release");
        try (Scratch x = scratch("changeable"); Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 18)) {
            script().say("be", "");
            assertContains("told to fail in release", refusal(() -> control().upgrade(newVersion(BUNDLE, "2.0.0"), NONE)));
            traffic.awaitRounds(2);
            traffic.end();
        }
    }

    @Test
    void oneExportThatRefusesTakesAllOthersBack() throws Exception {
        try (Scratch x = scratch("changeable"); Scratch y = scratch("changeable"); Traffic a = Traffic.on(server, x.name(), 2, 1 << 18);
                Traffic b = Traffic.on(server, y.name(), 2, 1 << 18)) {
            int[] made = {0};
            script().on("be", (offset, length) -> ++made[0] == 2 ? "size" : "");
            refusal(() -> control().upgrade(newVersion(BUNDLE, "2.0.0"), NONE));
            a.awaitRounds(2);
            b.awaitRounds(2);
            for (Scratch e : List.of(x, y)) {
                assertContains("1.0.0", status(e.name()).layers().get(0).bundle());
            }
            a.end();
            b.end();
        }
        assertEquals("1.0.0", only(BUNDLE).getVersion().toString());
    }

    @Test
    void aBundleThatDoesNotStartIsRefusedAndTakenAway() throws Exception {
        String jar = changeable().version("2.0.0").api("[7,8)").into(sluice().directory()).toString();
        try (Scratch x = scratch("changeable"); Traffic traffic = Traffic.on(server, x.name(), 2, 1 << 18)) {
            assertContains("does not start", refusal(() -> control().upgrade(jar, NONE)));
            traffic.awaitRounds(2);
            traffic.end();
        }
        assertEquals("1.0.0", only(BUNDLE).getVersion().toString());
    }

    @ParameterizedTest
    @CsvSource({"size, its size is 2097152 bytes", "configure, this version does not take these words",
        "open, told to fail in open", "adopt, told to fail in adopt", "no-trim, it has no trim"})
    void inPlaceClientsWaitForASuccessorThatCan(String be, String reason) throws Exception {
        Bundle bundle = only(BUNDLE);
        try (Scratch x = scratch("nofilter", "changeable"); Session s = session(x.name(), 1); Session t = session(x.name(), 2)) {
            s.write(0, new byte[] {1, 2, 3}).ok();
            script().say("be", be);
            update(bundle);
            Await.until("the reason is shown", () -> status(x.name()).why().contains(reason));
            assertEquals(ExportState.HELD, status(x.name()).state());
            awaitSwap(x.name(), reason);
            long waiting = t.send(0, Wire.READ, 0, 3);
            assertTrue(t.client().channel().silentFor(Duration.ofMillis(200)));
            script().reset();
            update(bundle);
            assertArrayEquals(new byte[] {1, 2, 3}, t.result(waiting).data());
            s.stillWorks();
        }
    }
}
