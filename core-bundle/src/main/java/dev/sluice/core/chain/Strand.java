package dev.sluice.core.chain;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether the thread at work at a change was given up, and which devices it has made until then. Safe for use by several
 * threads.
 */
final class Strand {
    private final Object lock = new Object();
    private boolean stranded;
    private final List<OpenDevice> made = new ArrayList<>();

    /** Nobody waits for this thread any more. */
    static final class StrandedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StrandedException() {
            super("the change was given up", null, false, false);
        }
    }

    /** A device of a new layer is going to be opened. Throws if the thread was given up. */
    void making(OpenDevice device) {
        synchronized (lock) {
            if (stranded) {
                throw new StrandedException();
            }
            made.add(device);
        }
    }

    /** Throws if the thread was given up. */
    void check() {
        synchronized (lock) {
            if (stranded) {
                throw new StrandedException();
            }
        }
    }

    /** Does something in one step with a look: false, and nothing is done, if the thread was given up. */
    boolean unlessGivenUp(Runnable action) {
        synchronized (lock) {
            if (!stranded) {
                action.run();
            }
            return !stranded;
        }
    }

    /** Gives the thread up; answers the devices that it has made. */
    List<OpenDevice> giveUp() {
        synchronized (lock) {
            stranded = true;
            return List.copyOf(made);
        }
    }
}
