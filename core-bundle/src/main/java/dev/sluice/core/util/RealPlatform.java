package dev.sluice.core.util;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** The platform of the JDK: platform threads, system time. */
public final class RealPlatform implements Platform {
    /** Up to JDK 23 a thread keeps the protection domains, and so the class loaders, of all code that was on the stack of its start. */
    private static final boolean CALLERS_ARE_KEPT = Runtime.version().feature() < 24;

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
        // Threads live longer than the bundle call that started them: none may keep a foreign class loader alive.
        Body once = new Body(body);
        Thread thread = CALLERS_ARE_KEPT ? withoutCallers(once, name) : thread(once, name);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        return thread;
    }

    private static Thread thread(Runnable body, String name) {
        return new Thread(null, body, name, 0, false);
    }

    @SuppressWarnings("removal")
    private static Thread withoutCallers(Runnable body, String name) {
        return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> thread(body, name));
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

    /**
     * What a thread runs. An ended one no longer leads to it: from JDK 19 on a {@link Thread} keeps its task for good, and there is
     * who keeps ended threads (Felix 7.0.5 does where two threads load the same class at once).
     */
    private static final class Body implements Runnable {
        private Runnable body;

        Body(Runnable body) {
            this.body = body;
        }

        @Override
        public void run() {
            Runnable mine = body;
            body = null;
            mine.run();
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
