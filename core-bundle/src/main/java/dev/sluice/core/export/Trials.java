package dev.sluice.core.export;

import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds out whether requests of a type that is slow on this export are better run in place after all.
 *
 * <p>Calls that wait for a disk gain by workers. Calls that wait for each other, for a lock of the file system say, lose by
 * them: more of them at once only take longer. How long they take does not tell the two apart, so both are tried, one window
 * of time each, and what the connections of the export get done meanwhile decides, requests of that type and of all types. It
 * is one decision for all connections, because those who run calls at once hold up those who do not.
 *
 * <p>Nothing here has a thread: the ends of calls move it on. Where no type is slow it costs a request one read of
 * {@link #state}, which nobody writes then. For any thread.
 */
public final class Trials {
    /** How long each way is tried, in nanoseconds. */
    static final long WINDOW = 40_000_000;
    /** What is left out before each window, because calls begun the other way still run. */
    static final long SETTLE = 10_000_000;
    /** Windows with fewer ends of calls say nothing. */
    static final long LEAST = 16;
    /** After a trial the next one is so far away, in nanoseconds; twice as far each time that it ends the same. */
    static final long SHORTEST = 500_000_000;
    static final long LONGEST = 32 * SHORTEST;
    /** What was better in place is tried again soon when calls take longer there, in nanoseconds. */
    static final int LONG_IN_PLACE = 2_000_000;
    /** Calls of workers that take longer, in nanoseconds, wait for more than each other: they are not tried. */
    static final int TOO_LONG = 32_000_000;

    private static final int COUNTING = 1 << 30;
    private static final int NONE = -1;

    private enum Step {
        REST, SETTLE_BESIDE, BESIDE, SETTLE_IN_PLACE, IN_PLACE
    }

    private final Platform platform;
    private final Monitor monitor;
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong endedOfTried = new AtomicLong();
    /** A bit for each type that is run in place though it is slow, and {@link #COUNTING}. Written under the monitor. */
    private volatile int state;
    /** The type; written under the monitor. */
    private volatile int tried = NONE;

    // guarded by monitor, but for isDue
    private Step step = Step.REST;
    private boolean before;
    private long since;
    private double rateBeside;
    private double rateOfTriedBeside;
    private final long[] last = new long[8];
    private final long[] next = new long[8];
    /** Positive after a trial that was won, negative after one that was lost. */
    private final long[] pause = new long[8];

    /** Nothing is slow yet. */
    public Trials(Platform platform, String export) {
        this.platform = platform;
        this.monitor = platform.monitor("trials of export " + export);
        forget();
    }

    /** The chains have changed: what was found out about the old ones says nothing. */
    void reset() {
        monitor.lock();
        try {
            forget();
        } finally {
            monitor.unlock();
        }
    }

    private void forget() {
        long now = platform.nanoTime();
        Arrays.fill(last, now - SHORTEST);
        Arrays.fill(next, now);
        Arrays.fill(pause, 0);
        state = 0;
        rest();
    }

    /** Whether slow requests of this type are to be run in place. */
    public boolean inPlace(int type) {
        return (state & 1 << type) != 0;
    }

    /** Whether calls are counted now; it is no time to change how requests are run. */
    public boolean isCounting() {
        return state >= COUNTING;
    }

    /**
     * A call has ended.
     *
     * @param slow whether its type is slow on its connection; if not, this is to be called while {@link #isCounting}
     * @param average how long calls of the type take on its connection lately, in nanoseconds
     */
    public void ended(int type, boolean slow, int average, long now) {
        if (isCounting()) {
            ended.incrementAndGet();
            if (type == tried) {
                endedOfTried.incrementAndGet();
            }
        } else if (!slow || !isDue(type, average, now)) {
            return;
        }
        // Who comes while another one is here has nothing to add.
        if (monitor.tryLock()) {
            try {
                if (step != Step.REST) {
                    moveOn(now);
                } else if (slow && isDue(type, average, now)) {
                    begin(type, average, now);
                }
            } finally {
                monitor.unlock();
            }
        }
    }

    /** Outside of the monitor this is a guess. */
    private boolean isDue(int type, int average, long now) {
        return now - next[type] >= 0 || average > LONG_IN_PLACE && inPlace(type) && now - last[type] >= SHORTEST;
    }

    private void begin(int type, int average, long now) {
        if (average > TOO_LONG) {
            end(type, false, now);
            return;
        }
        before = inPlace(type);
        tried = type;
        state = state & ~(1 << type) | COUNTING;
        enter(Step.SETTLE_BESIDE, now);
    }

    private void enter(Step s, long now) {
        step = s;
        since = now;
        ended.set(0);
        endedOfTried.set(0);
    }

    private void moveOn(long now) {
        long took = now - since;
        if (took > 4 * WINDOW) {
            undecided(now);
        } else if (step == Step.SETTLE_BESIDE && took >= SETTLE) {
            enter(Step.BESIDE, now);
        } else if (step == Step.BESIDE && took >= WINDOW) {
            if (ended.get() < LEAST) {
                end(tried, before, now);
                return;
            }
            rateBeside = (double) ended.get() / took;
            rateOfTriedBeside = (double) endedOfTried.get() / took;
            state |= 1 << tried;
            enter(Step.SETTLE_IN_PLACE, now);
        } else if (step == Step.SETTLE_IN_PLACE && took >= SETTLE) {
            enter(Step.IN_PLACE, now);
        } else if (step == Step.IN_PLACE && took >= WINDOW) {
            // A little more must be won than chance gives, and not only by what is quick beside it: in place a slow call also
            // holds up others.
            end(tried, ended.get() > 1.1 * rateBeside * took && endedOfTried.get() > 1.1 * rateOfTriedBeside * took, now);
        }
    }

    /** The clients have paused: what was counted means nothing, and all is as before. */
    private void undecided(long now) {
        next[tried] = now + SHORTEST;
        decide(tried, before);
    }

    private void end(int type, boolean won, long now) {
        boolean again = won == pause[type] > 0;
        long length = again ? Math.min(LONGEST, Math.max(SHORTEST, 2 * Math.abs(pause[type]))) : SHORTEST;
        pause[type] = won ? length : -length;
        last[type] = now;
        next[type] = now + length;
        decide(type, won);
    }

    private void decide(int type, boolean inPlace) {
        int types = state & ~COUNTING;
        state = inPlace ? types | 1 << type : types & ~(1 << type);
        rest();
    }

    private void rest() {
        step = Step.REST;
        tried = NONE;
    }
}
