package dev.sluice.core.transmission;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which connections may keep a thread while they wait for their next request. A thread that waits in a blocking read
 * answers a quick client soonest, but nothing can call it back before the client says something; so only connections
 * that are quick get one, and only a few at a time. All others wait in the poller.
 *
 * <p>Waking a thread takes longer than most requests. So a few of these threads, one for every two cores, may look a moment before
 * they sleep: for the next request, or in the middle of one for its rest, each if that has come within that moment lately.
 */
public final class HotSlots {
    /** Waits shorter than this are quick, in nanoseconds. */
    static final long QUICK = 2_000_000;
    /** A connection whose wait was longer than this gives its slot back. */
    static final long LONG = 1_000_000_000;
    /** Quick waits in a row that make a connection hot. */
    static final int IN_A_ROW = 4;

    /** For how long a thread looks before it sleeps, in nanoseconds: what it takes to wake one twice. */
    static final long SPIN = 60_000;
    /** Connections whose waits are longer on the average do not look. */
    static final long SPIN_BELOW = 45_000;

    private final int limit;
    private final int spinners;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger spinning = new AtomicInteger();

    /** At most this many at once; and so many of them that may spin. */
    public HotSlots(int limit, int spinners) {
        this.limit = limit;
        this.spinners = spinners;
    }

    boolean tryTake() {
        return tryIncrement(taken, limit);
    }

    boolean trySpin() {
        return tryIncrement(spinning, spinners);
    }

    void endSpin() {
        spinning.decrementAndGet();
    }

    private static boolean tryIncrement(AtomicInteger count, int most) {
        int now = count.get();
        while (now < most) {
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
            now = count.get();
        }
        return false;
    }

    void giveBack() {
        taken.decrementAndGet();
    }
}
