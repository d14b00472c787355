package dev.sluice.core.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.protocol.Command;
import dev.sluice.core.util.ManualPlatform;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrialsTest {
    private static final int READ = Command.READ;
    private static final int FLUSH = Command.FLUSH;
    private static final int AVERAGE = 200_000;

    private final ManualPlatform platform = new ManualPlatform();
    private final Trials trials = new Trials(platform, "e");

    /** A slow call that takes this long alone, or this long in place, has ended. */
    private void call(int type, long beside, long here) {
        platform.advance(Duration.ofNanos(trials.inPlace(type) ? here : beside));
        trials.ended(type, true, AVERAGE, platform.nanoTime());
    }

    /** Until a trial of this type has ended; how long it took, in nanoseconds. */
    private long trial(int type, long beside, long here) {
        while (!trials.isCounting()) {
            call(type, beside, here);
        }
        long began = platform.nanoTime();
        while (trials.isCounting()) {
            call(type, beside, here);
        }
        return platform.nanoTime() - began;
    }

    /** How long there is no trial. */
    private long pause(int type, long beside, long here) {
        long began = platform.nanoTime();
        while (!trials.isCounting()) {
            call(type, beside, here);
        }
        return platform.nanoTime() - began;
    }

    @Test
    void nothingIsTriedWhereNothingIsSlow() {
        trials.ended(READ, false, 1000, platform.nanoTime());
        assertFalse(trials.isCounting());
        assertFalse(trials.inPlace(READ));
    }

    @Test
    void whatIsBetterInPlaceStaysThere() {
        trial(READ, 300_000, 100_000);
        assertTrue(trials.inPlace(READ));
        assertFalse(trials.inPlace(FLUSH));
    }

    @Test
    void whatIsBetterWithWorkersGoesBack() {
        trial(READ, 100_000, 300_000);
        assertFalse(trials.inPlace(READ));
    }

    @Test
    void whatIsNoBetterInPlaceGoesBack() {
        trial(READ, 100_000, 95_000);
        assertFalse(trials.inPlace(READ));
    }

    @Test
    void aTrialIsShort() {
        long took = trial(READ, 100_000, 300_000);
        assertTrue(took < 2 * (Trials.WINDOW + Trials.SETTLE) + 4 * 300_000, took + " ns");
    }

    @Test
    void requestsThatAreHeldUpCount() {
        while (!trials.isCounting()) {
            call(FLUSH, 1_000_000, 900_000);
        }
        while (trials.isCounting()) {
            // In place a flush is a little quicker, but the reads beside it have to wait.
            for (int i = 0; i < (trials.inPlace(FLUSH) ? 1 : 10); i++) {
                trials.ended(READ, false, 1000, platform.nanoTime());
            }
            call(FLUSH, 1_000_000, 800_000);
        }
        assertFalse(trials.inPlace(FLUSH));
    }

    @Test
    void whereFewCallsEndNothingIsTried() {
        int inPlace = 0;
        while (!trials.isCounting()) {
            call(READ, 10_000_000, 1_000_000);
        }
        while (trials.isCounting()) {
            inPlace += trials.inPlace(READ) ? 1 : 0;
            call(READ, 10_000_000, 1_000_000);
        }
        assertEquals(0, inPlace);
        assertFalse(trials.inPlace(READ));
    }

    @Test
    void aTrialInWhichClientsPauseChangesNothing() {
        while (!trials.inPlace(READ)) {
            call(READ, 300_000, 100_000);
        }
        platform.advance(Duration.ofSeconds(1));
        call(READ, 300_000, 100_000);
        assertFalse(trials.isCounting());
        assertFalse(trials.inPlace(READ));
        trial(READ, 300_000, 100_000);
        assertTrue(trials.inPlace(READ));
        pause(READ, 300_000, 100_000);
        platform.advance(Duration.ofSeconds(1));
        call(READ, 300_000, 100_000);
        assertFalse(trials.isCounting());
        assertTrue(trials.inPlace(READ));
    }

    @Test
    void whatIsQuickBesideItDoesNotDecideAlone() {
        while (!trials.isCounting()) {
            call(FLUSH, 300_000, 300_000);
        }
        while (trials.isCounting()) {
            for (int i = 0; i < (trials.inPlace(FLUSH) ? 20 : 10); i++) {
                trials.ended(READ, false, 1000, platform.nanoTime());
            }
            call(FLUSH, 300_000, 300_000);
        }
        assertFalse(trials.inPlace(FLUSH));
    }

    @Test
    void aChangeOfLayersBeginsAnew() {
        trial(READ, 300_000, 100_000);
        trials.reset();
        assertFalse(trials.inPlace(READ));
        trials.ended(READ, true, AVERAGE, platform.nanoTime());
        assertTrue(trials.isCounting());
        trials.reset();
        assertFalse(trials.isCounting());
    }

    @Test
    void callsThatTakeVeryLongAreNotTried() {
        trials.ended(READ, true, Trials.TOO_LONG + 1, platform.nanoTime());
        assertFalse(trials.isCounting());
    }

    @Test
    void whatEndsTheSameIsTriedHalfAsOften() {
        trial(READ, 100_000, 300_000);
        long first = pause(READ, 100_000, 300_000);
        assertEquals(Trials.SHORTEST, first, 1_000_000);
        long last = 0;
        for (int i = 0; i < 10; i++) {
            trial(READ, 100_000, 300_000);
            long next = pause(READ, 100_000, 300_000);
            assertEquals(Math.min(Trials.LONGEST, 2 * Math.max(first, last)), next, 1e8);
            last = next;
        }
        assertEquals(Trials.LONGEST, last, 1_000_000);
    }

    @Test
    void whatEndsOtherwiseIsTriedAgainSoon() {
        for (int i = 0; i < 4; i++) {
            trial(READ, 100_000, 300_000);
        }
        trial(READ, 300_000, 100_000);
        assertTrue(trials.inPlace(READ));
        assertEquals(Trials.SHORTEST, pause(READ, 300_000, 100_000), 1_000_000);
    }

    @Test
    void whatBecomesLongInPlaceIsTriedAgainSoon() {
        for (int i = 0; i < 4; i++) {
            trial(READ, 300_000, 100_000);
        }
        trials.ended(READ, true, Trials.LONG_IN_PLACE + 1, platform.nanoTime());
        assertFalse(trials.isCounting(), "right after a trial");
        platform.advance(Duration.ofNanos(Trials.SHORTEST));
        trials.ended(READ, true, AVERAGE, platform.nanoTime());
        assertFalse(trials.isCounting(), "though it is quick");
        trials.ended(READ, true, Trials.LONG_IN_PLACE + 1, platform.nanoTime());
        assertTrue(trials.isCounting());
        assertFalse(trials.inPlace(READ));
    }
}
