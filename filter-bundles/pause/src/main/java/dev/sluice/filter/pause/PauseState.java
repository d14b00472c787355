package dev.sluice.filter.pause;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether requests are held, and which are inside. Each device counts its own requests, so that connections do not
 * write to the same memory. Safe for use by several threads.
 */
final class PauseState {
    /** How soon a held request notices that it may go on. */
    private static final Duration STEP = Duration.ofMillis(10);

    private final Set<AtomicInteger> counters = ConcurrentHashMap.newKeySet();
    private volatile boolean paused;

    /** A counter for the requests of one more device. */
    AtomicInteger newCounter() {
        // the set compares by identity, as the class has no equals of its own
        AtomicInteger counter = new AtomicInteger();
        counters.add(counter);
        return counter;
    }

    void forget(AtomicInteger counter) {
        counters.remove(counter);
    }

    /**
     * Counts a request, and waits first while paused.
     *
     * @throws NbdException with ESHUTDOWN if the device must close meanwhile; nothing was counted
     */
    void enter(AtomicInteger counter, Cancellation cancellation) throws NbdException {
        // counted first, looked afterwards: either this sees the pause or the pause sees this
        counter.incrementAndGet();
        while (paused) {
            counter.decrementAndGet();
            cancellation.sleep(STEP);
            counter.incrementAndGet();
        }
    }

    /** From now on no request starts. */
    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether all requests that had started are done; may be false for a moment while one looks whether it may start. */
    boolean isQuiet() {
        for (AtomicInteger counter : counters) {
            if (counter.get() != 0) {
                return false;
            }
        }
        return true;
    }
}
