package dev.sluice.fuzz;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;

/**
 * A platform of one thread: what is started runs at once, to its end, and who waits has waited. Time passes only while
 * somebody waits, so that one input always takes the same way.
 */
public final class InlinePlatform implements Platform {
    private long now = 1_000_000_000L;

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Monitor monitor(String name) {
        return new InlineMonitor();
    }

    @Override
    public Thread start(String name, Runnable body) {
        // these look after others, who have ended before they are looked at
        if (!name.equals("sluice-watcher") && !name.equals("sluice-timers")) {
            body.run();
        }
        return Thread.currentThread();
    }

    @Override
    public void park(Object blocker, long nanos) {
        now += nanos;
    }

    @Override
    public void unpark(Thread thread) {
        // nobody is parked
    }

    private final class InlineMonitor implements Monitor {
        private int held;

        @Override
        public void lock() {
            held++;
        }

        @Override
        public boolean tryLock() {
            held++;
            return true;
        }

        @Override
        public boolean tryLock(Deadline deadline) {
            return tryLock();
        }

        @Override
        public void unlock() {
            Check.that(held-- > 0, () -> "a lock is given back that nobody holds");
        }

        @Override
        public void signalAll() {
            // nobody waits
        }

        @Override
        public boolean await(Deadline deadline) {
            now += deadline.remainingNanos();
            return false;
        }
    }
}
