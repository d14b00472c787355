package dev.sluice.core.transmission;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.ManualPlatform;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import dev.sluice.core.util.RealPlatform;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A platform with one thread, which stops before it takes a lock and where it parks until a test lets it go on to the next such
 * place. Waits of the test are bounded.
 */
final class StepByStep implements Platform {
    private static final int MANY = 1000;

    private final RealPlatform real = new RealPlatform();
    private final Semaphore arrived = new Semaphore(0);
    private final Semaphore onwards = new Semaphore(0);
    private volatile Thread stepping;
    private volatile boolean idle;
    private volatile boolean free;

    /** Waits until the thread has started and stops for the first time. */
    void awaitStart() {
        acquire(arrived);
    }

    /** Lets the thread go on until it stops again, or waits for work. */
    void step() {
        onwards.release();
        acquire(arrived);
    }

    /** Lets the thread go on until it waits for work. */
    void untilIdle() {
        for (int i = 0; !idle; i++) {
            if (i == MANY) {
                throw new AssertionError("the thread still has work after " + MANY + " steps");
            }
            step();
        }
    }

    /** From now on the thread stops nowhere. */
    void goOn() {
        free = true;
        onwards.release(MANY);
    }

    private static void acquire(Semaphore from) {
        try {
            if (!from.tryAcquire(ManualPlatform.BOUND, TimeUnit.SECONDS)) {
                throw new AssertionError("nothing happened for " + ManualPlatform.BOUND + " real seconds");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void stop() {
        if (Thread.currentThread() == stepping && !free) {
            arrived.release();
            acquire(onwards);
        }
    }

    @Override
    public Thread start(String name, Runnable body) {
        return real.start(name, () -> {
            stepping = Thread.currentThread();
            body.run();
        });
    }

    @Override
    public void park(Object blocker, long nanos) {
        stop();
    }

    @Override
    public void unpark(Thread thread) {
        real.unpark(thread);
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public Monitor monitor(String name) {
        return new SteppedMonitor(real.monitor(name));
    }

    private final class SteppedMonitor implements Monitor {
        private final Monitor behind;

        SteppedMonitor(Monitor behind) {
            this.behind = behind;
        }

        @Override
        public void lock() {
            stop();
            behind.lock();
        }

        @Override
        public boolean tryLock() {
            return behind.tryLock();
        }

        @Override
        public boolean tryLock(Deadline deadline) {
            return behind.tryLock(deadline);
        }

        @Override
        public void unlock() {
            behind.unlock();
        }

        @Override
        public void signalAll() {
            behind.signalAll();
        }

        @Override
        public boolean await(Deadline deadline) {
            idle = true;
            arrived.release();
            return behind.await(deadline);
        }
    }
}
