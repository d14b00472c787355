package dev.sluice.core.transmission;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which connections may keep a thread while they wait for their next request. A thread that waits in a blocking read
 * answers a quick client soonest, but nothing can call it back before the client says something; so only connections
 * that are quick get one, and only a few at a time. All others wait in the poller.
 */
public final class HotSlots {
    /** Waits shorter than this are quick, in nanoseconds. */
    static final long QUICK = 2_000_000;
    /** A connection whose wait was longer than this gives its slot back. */
    static final long LONG = 1_000_000_000;
    /** Quick waits in a row that make a connection hot. */
    static final int IN_A_ROW = 4;

    private final int limit;
    private final AtomicInteger taken = new AtomicInteger();

    /** At most this many at once. */
    public HotSlots(int limit) {
        this.limit = limit;
    }

    boolean tryTake() {
        int now = taken.get();
        while (now < limit) {
            if (taken.compareAndSet(now, now + 1)) {
                return true;
            }
            now = taken.get();
        }
        return false;
    }

    void giveBack() {
        taken.decrementAndGet();
    }
}
