package dev.sluice.shared.requestlock;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;

/**
 * Keeps other requests away while something is done that must be alone. Many can hold it shared, or one alone. Neither side can
 * starve the other: who wants it alone stops newcomers, and when it is given back, all who have waited to share it go first.
 *
 * <p>Not one of the JDK's: those keep state for each thread, wake nobody whose wait was cancelled, or let one side starve.
 *
 * <p>Safe for use by several threads; not reentrant, and who gives it back need not be the thread that got it.
 */
public final class RequestLock {
    /** How long a cancellation can stay unnoticed, in milliseconds. */
    private static final long LOOK_AGAIN = 100;

    // All guarded by this.
    private int sharing;
    private boolean taken;
    private int waitingToShare;
    private int waitingToTake;
    /** Of those who wait to share it, how many go before the next one who wants it alone. */
    private int admitted;
    private long turn;

    /**
     * Returns with a share of it, to be given back with {@link #unshare}.
     *
     * @throws NbdException if the wait was cancelled
     */
    public synchronized void share(Cancellation cancellation) throws NbdException {
        if (taken || waitingToTake > 0) {
            long arrived = turn;
            waitingToShare++;
            try {
                while (taken || waitingToTake > 0 && turn == arrived) {
                    pause(cancellation);
                }
            } finally {
                waitingToShare--;
                if (turn != arrived) {
                    admitted--;
                    notifyAll();
                }
            }
        }
        sharing++;
    }

    /** Gives a share back. */
    public synchronized void unshare() {
        sharing--;
        if (sharing == 0) {
            notifyAll();
        }
    }

    /**
     * Returns with all of it, to be given back with {@link #giveBack}.
     *
     * @throws NbdException if the wait was cancelled
     */
    public synchronized void take(Cancellation cancellation) throws NbdException {
        waitingToTake++;
        try {
            while (taken || sharing > 0 || admitted > 0) {
                pause(cancellation);
            }
            taken = true;
        } finally {
            waitingToTake--;
            if (!taken) {
                // those who waited because of this one alone
                notifyAll();
            }
        }
    }

    /** Gives all of it back. */
    public synchronized void giveBack() {
        taken = false;
        admitted = waitingToShare;
        turn++;
        notifyAll();
    }

    /** Guarded by this. */
    private void pause(Cancellation cancellation) throws NbdException {
        cancellation.check();
        try {
            wait(LOOK_AGAIN);
        } catch (InterruptedException e) {
            // nobody interrupts requests; whoever did will see it
            Thread.currentThread().interrupt();
            throw new NbdException(NbdError.ESHUTDOWN, "the wait for other requests was interrupted", e);
        }
    }
}
