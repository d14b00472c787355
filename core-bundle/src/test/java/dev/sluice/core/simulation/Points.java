package dev.sluice.core.simulation;

import java.util.IdentityHashMap;
import java.util.Map;

/** What {@link Instrumenter} puts into the core's code: calls of these. Public for that reason alone. */
public final class Points {
    private static final Map<Object, Lock> LOCKS = new IdentityHashMap<>();

    private static final class Lock {
        private SimThread owner;
        private int depth;
        private int waiting;
    }

    private Points() {
    }

    /** Before a volatile field or an atomic variable is read or written. */
    public static void access() {
        if (Thread.currentThread() instanceof SimThread t) {
            t.scheduler.point(10);
        }
    }

    /** In place of {@code Thread.onSpinWait}. */
    public static void spin() {
        if (Thread.currentThread() instanceof SimThread t) {
            t.scheduler.yield();
        }
    }

    /** In place of entering a {@code synchronized} block. */
    public static void enter(Object monitor) {
        if (!(Thread.currentThread() instanceof SimThread t)) {
            return;
        }
        t.scheduler.point(11);
        Lock lock = LOCKS.computeIfAbsent(monitor, m -> new Lock());
        lock.waiting++;
        while (lock.owner != null && lock.owner != t) {
            t.scheduler.yield();
        }
        lock.waiting--;
        lock.owner = t;
        lock.depth++;
    }

    /** In place of leaving it. */
    public static void exit(Object monitor) {
        if (!(Thread.currentThread() instanceof SimThread t)) {
            return;
        }
        Lock lock = LOCKS.get(monitor);
        if (lock == null || lock.owner != t) {
            throw new IllegalMonitorStateException("synchronized");
        }
        if (--lock.depth == 0) {
            lock.owner = null;
            if (lock.waiting == 0) {
                LOCKS.remove(monitor);
            }
        }
        t.scheduler.point(12);
    }
}
