package dev.sluice.core.util;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** The platform of the JDK: platform threads, system time. */
public final class RealPlatform implements Platform {
    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Monitor monitor(String name) {
        return new LockMonitor(name);
    }

    @Override
    public Thread start(String name, Runnable body) {
        Thread thread = new Thread(null, body, name, 0, false);
        thread.setDaemon(true);
        // Threads live longer than the bundle call that started them: none may keep a foreign class loader alive.
        thread.setContextClassLoader(null);
        thread.start();
        return thread;
    }

    @Override
    public void park(Object blocker, long nanos) {
        LockSupport.parkNanos(blocker, nanos);
        clearInterrupt();
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    /** Nobody in the core interrupts; a stray interrupt from outside must not turn waits into spins. */
    static void clearInterrupt() {
        if (Thread.interrupted()) {
            System.getLogger(RealPlatform.class.getName()).log(System.Logger.Level.WARNING,
                    "thread " + Thread.currentThread().getName() + " was interrupted from outside; ignored");
        }
    }

    private static final class LockMonitor implements Monitor {
        private final String name;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition condition = lock.newCondition();

        LockMonitor(String name) {
            this.name = name;
        }

        @Override
        public void lock() {
            lock.lock();
        }

        @Override
        public boolean tryLock() {
            return lock.tryLock();
        }

        @Override
        public boolean tryLock(Deadline deadline) {
            while (true) {
                try {
                    return lock.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted();
                }
            }
        }

        @Override
        public void unlock() {
            lock.unlock();
        }

        @Override
        public void signalAll() {
            condition.signalAll();
        }

        @Override
        public boolean await(Deadline deadline) {
            try {
                return condition.awaitNanos(deadline.remainingNanos()) > 0;
            } catch (InterruptedException e) {
                interrupted();
                return !deadline.isOver();
            }
        }

        private void interrupted() {
            System.getLogger(RealPlatform.class.getName()).log(System.Logger.Level.WARNING,
                    "thread " + Thread.currentThread().getName() + " was interrupted from outside while at " + name + "; ignored");
        }
    }
}
