package dev.sluice.core.transmission;

import dev.sluice.core.export.Trials;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long calls of one connection take lately, by request type, and whether a type is better run by workers than in place.
 * Written by several threads without locks: a lost update costs nothing but accuracy.
 */
final class Pace {
    /** In place is for calls that take less than this, in nanoseconds. */
    private static final int SLOW = 100_000;
    /** Back in place when they take less than this. */
    private static final int FAST = 30_000;
    /** Of two, as a power: weights of 1/8 forget within a few calls. */
    private static final int SHIFT = 3;

    /**
     * When more calls than this sit in place, what follows them goes to workers, of which there is a bounded number. A few
     * always do where threads wait for a core.
     */
    static final int STUCK = 8;

    private final Trials trials;
    /** Calls in place that a follower has overtaken and that have not ended. */
    private final AtomicInteger overtaken = new AtomicInteger();
    private final int[] average = new int[8];
    private final boolean[] slow = new boolean[8];

    /** Nothing is slow yet. */
    Pace(Trials trials) {
        this.trials = trials;
    }

    /** A call of this type has taken this long for this many bytes. */
    void record(int type, long nanos, long bytes) {
        // Moving bytes takes time without anybody waiting; half a nanosecond each is more than it takes.
        int took = (int) Math.min(Integer.MAX_VALUE / 2, Math.max(0, nanos - bytes / 2));
        int now = average[type] + ((took - average[type]) >> SHIFT);
        average[type] = now;
        if (trials.isCounting()) {
            return;
        }
        if (now > SLOW) {
            slow[type] = true;
        } else if (now < FAST) {
            slow[type] = false;
        }
    }

    /** A request of this type is over. */
    void ended(int type, long now) {
        if (slow[type] || trials.isCounting()) {
            trials.ended(type, slow[type], average[type], now);
        }
    }

    /** A call of this type sits where it is, and was overtaken. */
    void stuck(int type) {
        overtaken.incrementAndGet();
        if (slow[type] && trials.inPlace(type)) {
            // That this may happen was known; how long it takes in the end says whether it is still right.
            return;
        }
        average[type] = 2 * SLOW;
        slow[type] = true;
    }

    /** A call that was overtaken has ended; this may come before {@link #stuck}. */
    void stuckEnded() {
        overtaken.decrementAndGet();
    }

    /** Whether calls of this type take long lately. */
    boolean isSlow(int type) {
        return slow[type];
    }

    /** Whether requests of this type are better run by workers. */
    boolean isForWorkers(int type) {
        return slow[type] && (!trials.inPlace(type) || overtaken.get() > STUCK);
    }
}
