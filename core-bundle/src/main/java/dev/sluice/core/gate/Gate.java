package dev.sluice.core.gate;

import dev.sluice.core.util.Clock;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/**
 * The unload lock and drain of one connection. {@link CallGate} is the same for an export's other calls.
 *
 * <p>Who is inside is counted in one word together with two bits, shut and closed, so that entering an open gate is one
 * atomic addition on memory that only this connection uses. Who finds the gate shut takes its step back and waits at
 * the monitor. {@link #shut} and {@link #awaitEmpty} are the drain: after {@code awaitEmpty} has answered true nobody
 * is inside, and everything that was done inside happened before; what is done then happens before everything that is
 * done inside after {@link #reopen}.
 *
 * <p>Closed is final: nobody enters any more. All methods may be called by any thread; the gate's owner (see the table
 * in docs/design.md) makes sure that shut and reopen come in pairs.
 */
public final class Gate {
    private static final long SHUT = 1L << 62;
    private static final long CLOSED = 1L << 61;
    private static final long COUNT = (1L << 32) - 1;
    private static final Runnable NOTHING = () -> { };
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Gate.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Clock clock;
    private final Monitor monitor;
    @SuppressWarnings("unused") // through STATE
    private volatile long state;
    /** Guarded by monitor. */
    private Runnable onEmpty;

    /** An open gate. */
    public Gate(Platform platform, String name) {
        this.clock = platform;
        this.monitor = platform.monitor(name);
    }

    /** Enters if the gate is open; then {@link #exit} must follow. */
    public boolean tryEnter() {
        long before = (long) STATE.getAndAdd(this, 1L);
        if ((before & (SHUT | CLOSED)) == 0) {
            return true;
        }
        exit();
        return false;
    }

    /**
     * Enters, waiting while the gate is shut.
     *
     * @return false if the gate is closed or the deadline has passed; see {@link #isClosed()}
     */
    public boolean enter(Deadline deadline) {
        while (!tryEnter()) {
            monitor.lock();
            try {
                while ((state & (SHUT | CLOSED)) == SHUT) {
                    if (!monitor.await(deadline) && deadline.isOver()) {
                        return false;
                    }
                }
            } finally {
                monitor.unlock();
            }
            if (isClosed()) {
                return false;
            }
        }
        return true;
    }

    /** Waits while the gate is shut, without entering; returns after about this long all the same. */
    public void awaitChange(Duration atMost) {
        Deadline deadline = Deadline.after(clock, atMost);
        monitor.lock();
        try {
            if ((state & (SHUT | CLOSED)) == SHUT) {
                monitor.await(deadline);
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Leaves. */
    public void exit() {
        long after = (long) STATE.getAndAdd(this, -1L) - 1;
        if ((after & (SHUT | CLOSED)) != 0 && (after & COUNT) == 0) {
            wake();
            if ((after & CLOSED) != 0) {
                runIfEmpty();
            }
        }
    }

    /** From now on nobody enters until {@link #reopen}; returns at once. */
    public void shut() {
        STATE.getAndBitwiseOr(this, SHUT);
    }

    /** Lets those who wait enter, unless the gate was closed meanwhile. */
    public void reopen() {
        STATE.getAndBitwiseAnd(this, ~SHUT);
        wake();
    }

    /** From now on nobody enters, ever; those who wait are told so. Returns at once. */
    public void close() {
        STATE.getAndBitwiseOr(this, CLOSED);
        wake();
        runIfEmpty();
    }

    /**
     * Waits until nobody is inside; the gate must be shut or closed.
     *
     * @return false if the deadline has passed before
     */
    public boolean awaitEmpty(Deadline deadline) {
        monitor.lock();
        try {
            while ((state & COUNT) != 0) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return (state & COUNT) == 0;
                }
            }
            return true;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Runs an action once: as soon as the gate is closed and nobody is inside, at once if that is so now. It runs on the
     * thread that leaves last, and must return quickly. There is one for a gate; the first that is given counts.
     */
    public void whenEmpty(Runnable action) {
        monitor.lock();
        try {
            if (onEmpty == null) {
                onEmpty = action;
            }
        } finally {
            monitor.unlock();
        }
        runIfEmpty();
    }

    private void runIfEmpty() {
        Runnable due = null;
        monitor.lock();
        try {
            if (onEmpty != null && (state & CLOSED) != 0 && (state & COUNT) == 0) {
                due = onEmpty;
                onEmpty = NOTHING;
            }
        } finally {
            monitor.unlock();
        }
        if (due != null) {
            due.run();
        }
    }

    /** How many are inside now; a caller that is just being turned away may be counted for a moment. */
    public int inside() {
        return (int) (state & COUNT);
    }

    /** Whether the gate is shut. */
    public boolean isShut() {
        return (state & SHUT) != 0;
    }

    /** Whether the gate is closed. */
    public boolean isClosed() {
        return (state & CLOSED) != 0;
    }

    private void wake() {
        monitor.lock();
        try {
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }
}
