package dev.sluice.core.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.util.Background;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.ManualPlatform;
import dev.sluice.core.util.RealPlatform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GateTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final Gate gate = new Gate(platform, "gate");

    private Deadline in(int seconds) {
        return Deadline.after(platform, Duration.ofSeconds(seconds));
    }

    @Test
    void anOpenGateLetsManyIn() {
        assertTrue(gate.tryEnter());
        assertTrue(gate.tryEnter());
        assertEquals(2, gate.inside());
    }

    @Test
    void whoLeavesIsNotInsideAnyMore() {
        gate.tryEnter();
        gate.exit();
        assertEquals(0, gate.inside());
    }

    @Test
    void aShutGateLetsNobodyIn() {
        gate.shut();
        assertFalse(gate.tryEnter());
        assertEquals(0, gate.inside());
        assertTrue(gate.isShut());
    }

    @Test
    void enterGivesUpWhenTheDeadlinePasses() throws Exception {
        gate.shut();
        Background<Boolean> entering = Background.run(() -> gate.enter(in(5)));
        platform.awaitWaiting("gate", 1);
        platform.advance(Duration.ofSeconds(5));
        assertFalse(entering.result());
        assertEquals(0, gate.inside());
    }

    @Test
    void whoWaitsEntersWhenTheGateIsReopened() throws Exception {
        gate.shut();
        Background<Boolean> entering = Background.run(() -> gate.enter(in(5)));
        platform.awaitWaiting("gate", 1);
        gate.reopen();
        assertTrue(entering.result());
        assertEquals(1, gate.inside());
    }

    @Test
    void whoWaitsIsToldWhenTheGateIsClosed() throws Exception {
        gate.shut();
        Background<Boolean> entering = Background.run(() -> gate.enter(in(5)));
        platform.awaitWaiting("gate", 1);
        gate.close();
        assertFalse(entering.result());
        assertTrue(gate.isClosed());
    }

    @Test
    void aClosedGateStaysClosedWhenItIsReopened() {
        gate.shut();
        gate.close();
        gate.reopen();
        assertFalse(gate.tryEnter());
        assertFalse(gate.enter(in(5)));
    }

    @Test
    void anEmptyGateIsEmptyAtOnce() {
        gate.shut();
        assertTrue(gate.awaitEmpty(in(0)));
    }

    @Test
    void awaitEmptyWaitsForTheLast() throws Exception {
        gate.tryEnter();
        gate.tryEnter();
        gate.shut();
        Background<Boolean> drain = Background.run(() -> gate.awaitEmpty(in(5)));
        platform.awaitWaiting("gate", 1);
        gate.exit();
        assertFalse(drain.isDone());
        gate.exit();
        assertTrue(drain.result());
    }

    @Test
    void awaitEmptyGivesUpWhenTheDeadlinePasses() throws Exception {
        gate.tryEnter();
        gate.shut();
        Background<Boolean> drain = Background.run(() -> gate.awaitEmpty(in(5)));
        platform.awaitWaiting("gate", 1);
        platform.advance(Duration.ofSeconds(5));
        assertFalse(drain.result());
        assertEquals(1, gate.inside());
    }

    @Test
    void closingWaitsForNobody() {
        gate.tryEnter();
        gate.close();
        assertEquals(1, gate.inside());
        gate.exit();
        assertTrue(gate.awaitEmpty(in(0)));
    }

    @Test
    void awaitChangeReturnsWhenTheGateIsReopened() throws Exception {
        gate.shut();
        Background<Boolean> looking = Background.run(() -> {
            gate.awaitChange(Duration.ofSeconds(5));
            return true;
        });
        platform.awaitWaiting("gate", 1);
        gate.reopen();
        assertTrue(looking.result());
        assertEquals(0, gate.inside());
    }

    @Test
    void awaitChangeDoesNotWaitAtAnOpenGate() {
        gate.awaitChange(Duration.ofSeconds(5));
        assertFalse(gate.isShut());
    }

    @Test
    void nobodyIsInsideAndAllEffectsAreSeenAfterTheDrain() throws Exception {
        RealPlatform real = new RealPlatform();
        Gate busy = new Gate(real, "busy");
        Duration bound = Duration.ofSeconds(ManualPlatform.BOUND);
        // plain fields on purpose: only the gate orders the accesses
        int[] inside = new int[4];
        long[] effects = new long[4];
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(4);
        List<Background<Long>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int me = i;
            threads.add(Background.run(() -> {
                long entered = 0;
                running.countDown();
                while (!stop.get() && busy.enter(Deadline.after(real, bound))) {
                    inside[me]++;
                    effects[me]++;
                    entered++;
                    inside[me]--;
                    busy.exit();
                }
                return entered;
            }));
        }
        Background.await(running);
        for (int round = 0; round < 2000; round++) {
            busy.shut();
            assertTrue(busy.awaitEmpty(Deadline.after(real, bound)));
            long sum = 0;
            for (int i = 0; i < 4; i++) {
                assertEquals(0, inside[i], "somebody is inside after the drain");
                sum += effects[i];
            }
            long again = 0;
            for (int i = 0; i < 4; i++) {
                again += effects[i];
            }
            assertEquals(sum, again, "an effect after the drain");
            busy.reopen();
        }
        stop.set(true);
        long entered = 0;
        for (Background<Long> t : threads) {
            entered += t.result();
        }
        busy.shut();
        assertTrue(busy.awaitEmpty(Deadline.after(real, bound)));
        assertEquals(entered, effects[0] + effects[1] + effects[2] + effects[3]);
    }

    @Test
    void whoLeavesAClosedGateLastRunsWhatWaitsForThat() {
        AtomicInteger runs = new AtomicInteger();
        gate.tryEnter();
        gate.tryEnter();
        gate.close();
        gate.whenEmpty(runs::incrementAndGet);
        gate.exit();
        assertEquals(0, runs.get());
        gate.exit();
        assertEquals(1, runs.get());
        assertFalse(gate.tryEnter());
        assertEquals(1, runs.get());
    }

    @Test
    void whatWaitsForAnEmptyGateRunsAtOnceIfItIs() {
        AtomicInteger runs = new AtomicInteger();
        gate.close();
        gate.whenEmpty(runs::incrementAndGet);
        assertEquals(1, runs.get());
    }
}
