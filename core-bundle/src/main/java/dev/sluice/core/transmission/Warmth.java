package dev.sluice.core.transmission;

/**
 * Whether a connection's client is quick enough that a thread waits for its next request, and whether that thread looks a
 * moment before it sleeps: for that request, or in the middle of one for its rest. How quick the client is with the one says nothing
 * about the other, so each has its own average. Belongs to the leader, and is passed on with the leadership.
 */
final class Warmth {
    private final HotSlots slots;
    private boolean hot;
    private int quickWaits;
    /** Of the last waits, in nanoseconds. */
    private long average = HotSlots.QUICK;
    /** The same for waits for the rest of a request. */
    private long averageRest = HotSlots.QUICK;

    Warmth(HotSlots slots) {
        this.slots = slots;
    }

    boolean isHot() {
        return hot;
    }

    /** Whether this thread may spin before it sleeps: true asks for {@link #hasSpun}. */
    boolean maySpin() {
        return hot && average < HotSlots.SPIN_BELOW && slots.trySpin();
    }

    /** As {@link #maySpin}, for the rest of a request. */
    boolean maySpinForRest() {
        return hot && averageRest < HotSlots.SPIN_BELOW && slots.trySpin();
    }

    /** After {@link #maySpin} or {@link #maySpinForRest} has said yes. */
    void hasSpun() {
        slots.endSpin();
    }

    /** The client has left the leader without work for this long. */
    void waited(long nanos) {
        // one long wait is enough to stop, some short ones to begin again
        average += Math.min(nanos, HotSlots.QUICK) - average >> 3;
        if (nanos < HotSlots.QUICK) {
            if (!hot && ++quickWaits >= HotSlots.IN_A_ROW) {
                hot = slots.tryTake();
            }
        } else {
            quickWaits = 0;
            if (nanos > HotSlots.LONG) {
                cool();
            }
        }
    }

    /** The client has kept the leader waiting in the middle of a request for this long. */
    void waitedForRest(long nanos) {
        averageRest += Math.min(nanos, HotSlots.QUICK) - averageRest >> 3;
    }

    /** Gives the slot back, if there is one. */
    void cool() {
        if (hot) {
            hot = false;
            quickWaits = 0;
            slots.giveBack();
        }
    }
}
