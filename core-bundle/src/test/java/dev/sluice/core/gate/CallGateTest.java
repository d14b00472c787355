package dev.sluice.core.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.util.Background;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.ManualPlatform;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallGateTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final CallGate gate = new CallGate(platform, "gate");

    private Deadline in(int seconds) {
        return Deadline.after(platform, Duration.ofSeconds(seconds));
    }

    @Test
    void aShutGateLetsNobodyIn() {
        gate.shut();
        assertNull(gate.tryEnter());
        assertEquals(0, gate.inside());
        assertTrue(gate.isShut());
    }

    @Test
    void whoWaitsEntersWhenTheGateIsReopened() throws Exception {
        gate.shut();
        Background<CallGate.Pass> entering = Background.run(() -> gate.enter(in(5)));
        platform.awaitWaiting("gate", 1);
        gate.reopen();
        assertNotNull(entering.result());
        assertEquals(1, gate.inside());
    }

    @Test
    void enterGivesUpWhenTheDeadlinePasses() throws Exception {
        gate.shut();
        Background<CallGate.Pass> entering = Background.run(() -> gate.enter(in(5)));
        platform.awaitWaiting("gate", 1);
        platform.advance(Duration.ofSeconds(5));
        assertNull(entering.result());
    }

    @Test
    void whoWaitsAtAGateThatClosesIsTurnedAway() throws Exception {
        gate.shut();
        Background<CallGate.Pass> entering = Background.run(() -> gate.enter(in(5)));
        platform.awaitWaiting("gate", 1);
        gate.close();
        assertNull(entering.result());
        gate.reopen();
        assertNull(gate.tryEnter());
    }

    @Test
    void aDrainWaitsForWhoIsInside() throws Exception {
        CallGate.Pass pass = gate.tryEnter();
        gate.shut();
        Background<Boolean> drain = Background.run(() -> gate.awaitEmpty(in(5)));
        platform.awaitWaiting("gate", 1);
        pass.exit();
        assertTrue(drain.result());
    }

    @Test
    void aDrainDoesNotWaitForWhoWasStranded() {
        CallGate.Pass pass = gate.tryEnter();
        gate.shut();
        assertSame(pass, gate.strand().get(0));
        assertTrue(gate.awaitEmpty(in(5)));
        assertTrue(pass.isStranded());
    }

    @Test
    void aStrandedCallThatLeavesDoesNotCountForOthers() {
        CallGate.Pass late = gate.tryEnter();
        gate.strand();
        CallGate.Pass other = gate.tryEnter();
        late.exit();
        assertEquals(1, gate.inside());
        other.exit();
        assertEquals(0, gate.inside());
    }

    @Test
    void whoHasLeftCanNotBeStranded() {
        CallGate.Pass pass = gate.tryEnter();
        pass.exit();
        assertFalse(pass.strand());
        assertEquals(List.of(), gate.strand());
    }

    @Test
    void strandingIsToldOnceAlsoToThoseWhoAskLate() {
        AtomicInteger told = new AtomicInteger();
        CallGate.Pass pass = gate.tryEnter();
        pass.onStrand(told::incrementAndGet);
        assertTrue(pass.strand());
        assertFalse(pass.strand());
        assertEquals(1, told.get());
        pass.onStrand(told::incrementAndGet);
        assertEquals(2, told.get());
    }
}
