package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.util.Background;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.ManualPlatform;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final InFlight inFlight = new InFlight(platform, "c", 2, 100);

    @Test
    void theNumberIsBounded() {
        assertTrue(inFlight.tryStart(1));
        assertTrue(inFlight.tryStart(1));
        assertFalse(inFlight.tryStart(1));
        inFlight.end(1);
        assertTrue(inFlight.tryStart(1));
        assertEquals(2, inFlight.calls());
    }

    @Test
    void theBytesAreBoundedButOneCallIsAlwaysPossible() {
        assertTrue(inFlight.tryStart(1000));
        assertFalse(inFlight.tryStart(1));
        inFlight.end(1000);
        assertTrue(inFlight.tryStart(60));
        assertFalse(inFlight.tryStart(60));
        assertTrue(inFlight.tryStart(40));
    }

    @Test
    void whoWaitsStartsWhenOneEnds() throws Exception {
        inFlight.tryStart(100);
        Background<Boolean> waiting = Background.run(() -> inFlight.start(50));
        platform.awaitWaiting("requests in flight", 1);
        inFlight.end(100);
        assertTrue(waiting.result());
    }

    @Test
    void whoWaitsIsToldOfTheEnd() throws Exception {
        inFlight.tryStart(100);
        Background<Boolean> waiting = Background.run(() -> inFlight.start(50));
        platform.awaitWaiting("requests in flight", 1);
        inFlight.close();
        assertFalse(waiting.result());
    }

    @Test
    void anOvertakenCallCountsWhateverTheBoundsSay() {
        inFlight.tryStart(1);
        inFlight.tryStart(1);
        inFlight.overtaken();
        assertEquals(3, inFlight.calls());
    }

    @Test
    void theEndWaitsForAll() throws Exception {
        inFlight.tryStart(1);
        Background<Boolean> end = Background.run(() -> inFlight.awaitNone(Deadline.after(platform, Duration.ofSeconds(1))));
        platform.awaitWaiting("requests in flight", 1);
        inFlight.end(1);
        assertTrue(end.result());
    }

    @Test
    void theEndIsNotWaitedForBeyondTheDeadline() throws Exception {
        inFlight.tryStart(1);
        Background<Boolean> end = Background.run(() -> inFlight.awaitNone(Deadline.after(platform, Duration.ofSeconds(1))));
        platform.awaitWaiting("requests in flight", 1);
        platform.advance(Duration.ofSeconds(1));
        assertFalse(end.result());
    }
}
