package dev.sluice.core.util;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A platform whose threads are real and whose time passes only when a test says so. Nothing here waits for real time,
 * but for a bound of {@link #BOUND} seconds, after which a wait fails the test that forgot to let time pass.
 */
public final class ManualPlatform implements Platform {
    /** Real seconds after which a wait is a mistake of the test. */
    public static final int BOUND = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Integer> waiting = new HashMap<>();
    private final Map<Thread, Boolean> permits = new HashMap<>();
    private final List<ManualMonitor> monitors = new ArrayList<>();
    private final List<Thread> started = new ArrayList<>();
    private int parked;
    private boolean noThreads;
    private volatile long now = 1_000_000_000L;

    @Override
    public long nanoTime() {
        return now;
    }

    /** Lets this much time pass at once; everybody who waits looks again. */
    public void advance(Duration time) {
        lock.lock();
        List<ManualMonitor> all;
        try {
            now += time.toNanos();
            changed.signalAll();
            all = List.copyOf(monitors);
        } finally {
            lock.unlock();
        }
        all.forEach(ManualMonitor::lookAgain);
    }

    @Override
    public Monitor monitor(String name) {
        ManualMonitor m = new ManualMonitor(name);
        lock.lock();
        try {
            monitors.add(m);
        } finally {
            lock.unlock();
        }
        return m;
    }

    /** From now on the operating system has no thread left, or has some again. */
    public void refuseThreads(boolean yes) {
        noThreads = yes;
    }

    @Override
    public Thread start(String name, Runnable body) {
        if (noThreads) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        Thread t = new Thread(body, name);
        t.setDaemon(true);
        lock.lock();
        try {
            started.add(t);
        } finally {
            lock.unlock();
        }
        t.start();
        return t;
    }

    /** Threads that were started and have not ended. */
    public long threadsAlive() {
        lock.lock();
        try {
            return started.stream().filter(Thread::isAlive).count();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void park(Object blocker, long nanos) {
        Thread self = Thread.currentThread();
        long until = now + nanos;
        lock.lock();
        try {
            parked++;
            changed.signalAll();
            while (!permits.containsKey(self) && until - now > 0) {
                if (!changed.await(BOUND, TimeUnit.SECONDS)) {
                    // Without reason, as parks may: an idle thread of a test that has ended.
                    break;
                }
            }
            permits.remove(self);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            parked--;
            changed.signalAll();
            lock.unlock();
        }
    }

    @Override
    public void unpark(Thread thread) {
        lock.lock();
        try {
            permits.put(thread, true);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until this many threads are parked. */
    public void awaitParked(int threads) {
        await(() -> parked >= threads, threads + " parked threads");
    }

    /**
     * Waits until this many threads wait at the monitors whose names start like this. A thread that was signalled, or for which time
     * has passed, does not wait until it has looked and waits again.
     */
    public void awaitWaiting(String name, int threads) {
        await(() -> waiting.entrySet().stream().filter(e -> e.getKey().startsWith(name)).mapToInt(Map.Entry::getValue).sum() >= threads,
                threads + " threads at " + name);
    }

    /** Whether somebody waits at a monitor whose name starts like this, as {@link #awaitWaiting} counts. */
    public boolean isWaiting(String name) {
        lock.lock();
        try {
            return waiting.entrySet().stream().anyMatch(e -> e.getKey().startsWith(name) && e.getValue() > 0);
        } finally {
            lock.unlock();
        }
    }

    private void await(java.util.function.BooleanSupplier condition, String what) {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(BOUND);
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("not seen within " + BOUND + " real seconds: " + what + "; there are " + parked + " parked, "
                            + waiting);
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
    }

    private void waits(String name, int more) {
        lock.lock();
        try {
            waiting.merge(name, more, Integer::sum);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class ManualMonitor implements Monitor {
        private final String name;
        private final ReentrantLock own = new ReentrantLock();
        private final Condition signal = own.newCondition();
        private final Condition free = own.newCondition();
        // guarded by own
        private int asleep;
        private long wakeUps;

        ManualMonitor(String name) {
            this.name = name;
        }

        void lookAgain() {
            own.lock();
            try {
                wakeAll();
                free.signalAll();
            } finally {
                own.unlock();
            }
        }

        /** Who is woken does not count as waiting from now on, although it may take a while until it runs. */
        private void wakeAll() {
            waits(name, -asleep);
            asleep = 0;
            wakeUps++;
            signal.signalAll();
        }

        private int depth;
        private Thread holder;

        @Override
        public void lock() {
            own.lock();
            try {
                while (holder != null && holder != Thread.currentThread()) {
                    awaitReal(free, "the lock ");
                }
                holder = Thread.currentThread();
                depth++;
            } finally {
                own.unlock();
            }
        }

        @Override
        public boolean tryLock() {
            own.lock();
            try {
                if (holder != null && holder != Thread.currentThread()) {
                    return false;
                }
                holder = Thread.currentThread();
                depth++;
                return true;
            } finally {
                own.unlock();
            }
        }

        @Override
        public boolean tryLock(Deadline deadline) {
            own.lock();
            try {
                while (holder != null && holder != Thread.currentThread()) {
                    if (deadline.isOver()) {
                        return false;
                    }
                    awaitReal(free, "the lock ");
                }
                holder = Thread.currentThread();
                depth++;
                return true;
            } finally {
                own.unlock();
            }
        }

        @Override
        public void unlock() {
            own.lock();
            try {
                check();
                if (--depth == 0) {
                    holder = null;
                    free.signalAll();
                }
            } finally {
                own.unlock();
            }
        }

        @Override
        public void signalAll() {
            own.lock();
            try {
                check();
                wakeAll();
            } finally {
                own.unlock();
            }
        }

        @Override
        public boolean await(Deadline deadline) {
            own.lock();
            try {
                check();
                if (deadline.isOver()) {
                    return false;
                }
                int held = depth;
                depth = 0;
                holder = null;
                free.signalAll();
                waits(name, 1);
                asleep++;
                long before = wakeUps;
                try {
                    awaitReal(signal, "");
                } finally {
                    if (before == wakeUps) {
                        asleep--;
                        waits(name, -1);
                    }
                    while (holder != null) {
                        awaitReal(free, "the lock ");
                    }
                    holder = Thread.currentThread();
                    depth = held;
                }
                return !deadline.isOver();
            } finally {
                own.unlock();
            }
        }

        private void check() {
            if (holder != Thread.currentThread()) {
                throw new IllegalMonitorStateException(name);
            }
        }

        private void awaitReal(Condition condition, String what) {
            try {
                if (!condition.await(BOUND, TimeUnit.SECONDS)) {
                    throw new AssertionError("waited for " + BOUND + " real seconds at " + what + name);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
