package dev.sluice.core.util;

/**
 * A lock with one condition: every wait of the core that is not for a socket goes through one of these, so that a
 * simulation can decide who runs. Reentrant. No wait is without a deadline.
 */
public interface Monitor {
    /** Takes the lock; for short critical sections whose holder never blocks. */
    void lock();

    /** Takes the lock if it is free. */
    boolean tryLock();

    /** Takes the lock, unless the deadline passes before. */
    boolean tryLock(Deadline deadline);

    /** Gives the lock back. */
    void unlock();

    /** Wakes all who wait. The lock must be held. */
    void signalAll();

    /**
     * Gives the lock back, waits for a signal or the deadline, takes the lock again. May wake without reason.
     *
     * @return false if the deadline has passed
     */
    boolean await(Deadline deadline);
}
