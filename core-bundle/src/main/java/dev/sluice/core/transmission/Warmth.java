package dev.sluice.core.transmission;

/**
 * Whether a connection's client is quick enough that a thread waits for its next request. Belongs to the leader, and is
 * passed on with the leadership.
 */
final class Warmth {
    private final HotSlots slots;
    private boolean hot;
    private int quickWaits;

    Warmth(HotSlots slots) {
        this.slots = slots;
    }

    boolean isHot() {
        return hot;
    }

    /** The client has left the leader without work for this long. */
    void waited(long nanos) {
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

    /** Gives the slot back, if there is one. */
    void cool() {
        if (hot) {
            hot = false;
            quickWaits = 0;
            slots.giveBack();
        }
    }
}
