package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WarmthTest {
    private static final long SHORT = 10_000;

    private final HotSlots slots = new HotSlots(2, 1);

    private Warmth waited(int times, long nanos) {
        Warmth warmth = new Warmth(slots);
        for (int i = 0; i < times; i++) {
            warmth.waited(nanos);
        }
        return warmth;
    }

    @Test
    void aConnectionThatIsQuickForAWhileGetsAThreadThatWaits() {
        assertFalse(waited(HotSlots.IN_A_ROW - 1, HotSlots.QUICK - 1).isHot());
        assertTrue(waited(HotSlots.IN_A_ROW, HotSlots.QUICK - 1).isHot());
    }

    @Test
    void onlySoManyGetOne() {
        waited(HotSlots.IN_A_ROW, SHORT);
        Warmth second = waited(HotSlots.IN_A_ROW, SHORT);
        assertFalse(waited(100, SHORT).isHot());
        second.cool();
        assertTrue(waited(100, SHORT).isHot());
    }

    @Test
    void aLongWaitGivesTheThreadBack() {
        Warmth warmth = waited(HotSlots.IN_A_ROW, SHORT);
        warmth.waited(HotSlots.LONG + 1);
        assertFalse(warmth.isHot());
    }

    @Test
    void waitsThatAreLongerThanItTakesToWakeAThreadAreSleptThrough() {
        assertFalse(waited(100, HotSlots.SPIN_BELOW * 2).maySpin());
    }

    @Test
    void shortWaitsAreSpunThroughByOneAtATime() {
        Warmth first = waited(100, SHORT);
        Warmth second = waited(100, SHORT);
        assertTrue(first.maySpin());
        assertFalse(second.maySpin());
        first.hasSpun();
        assertTrue(second.maySpin());
    }

    @Test
    void oneLongWaitEndsTheSpinning() {
        Warmth warmth = waited(100, SHORT);
        warmth.waited(HotSlots.QUICK * 2);
        assertFalse(warmth.maySpin());
    }

    @Test
    void theRestOfARequestIsSpunForWhereItHasComeSoonLately() {
        Warmth warmth = waited(100, SHORT);
        assertFalse(warmth.maySpinForRest());
        for (int i = 0; i < 100; i++) {
            warmth.waitedForRest(SHORT);
        }
        assertTrue(warmth.maySpinForRest());
        warmth.hasSpun();
        warmth.waitedForRest(HotSlots.QUICK * 2);
        assertFalse(warmth.maySpinForRest());
        assertTrue(warmth.maySpin());
    }

    @Test
    void aConnectionWithoutASlotDoesNotSpinForTheRestOfARequest() {
        Warmth warmth = new Warmth(slots);
        for (int i = 0; i < 100; i++) {
            warmth.waitedForRest(SHORT);
        }
        assertFalse(warmth.maySpinForRest());
    }
}
