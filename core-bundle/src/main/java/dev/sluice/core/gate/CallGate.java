package dev.sluice.core.gate;

import dev.sluice.core.util.Clock;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The unload lock and drain of an export's other calls: everything that is no request. It does what {@link Gate} does,
 * and knows in addition who is inside, so that a call that does not return can be given up alone: a stranded one is not
 * counted any more, and what comes later does not wait for it. These calls are rare; {@code Gate} is for the many.
 *
 * <p>All methods may be called by any thread.
 */
public final class CallGate {
    private final Clock clock;
    private final Monitor monitor;

    // guarded by monitor
    private final Set<Pass> inside = new LinkedHashSet<>();
    private boolean shut;
    private boolean closed;

    /** An open gate. */
    public CallGate(Platform platform, String name) {
        this.clock = platform;
        this.monitor = platform.monitor(name);
    }

    /** Enters if the gate is open; null if it is not. */
    public Pass tryEnter() {
        return enter(Deadline.after(clock, java.time.Duration.ZERO));
    }

    /**
     * Enters, waiting while the gate is shut.
     *
     * @return null if the gate is closed or the deadline has passed; otherwise {@link Pass#exit} must follow
     */
    public Pass enter(Deadline deadline) {
        monitor.lock();
        try {
            while (shut && !closed) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return null;
                }
            }
            if (closed) {
                return null;
            }
            Pass pass = new Pass();
            inside.add(pass);
            return pass;
        } finally {
            monitor.unlock();
        }
    }

    /** From now on nobody enters until {@link #reopen}; returns at once. */
    public void shut() {
        set(true, false);
    }

    /** Lets those who wait enter, unless the gate was closed meanwhile. */
    public void reopen() {
        set(false, false);
    }

    /** From now on nobody enters, ever; those who wait are told so. Returns at once. */
    public void close() {
        set(true, true);
    }

    private void set(boolean nowShut, boolean nowClosed) {
        monitor.lock();
        try {
            shut = nowShut;
            closed |= nowClosed;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Waits until nobody is inside but who was stranded; the gate must be shut or closed.
     *
     * @return false if the deadline has passed before
     */
    public boolean awaitEmpty(Deadline deadline) {
        monitor.lock();
        try {
            while (!inside.isEmpty()) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return inside.isEmpty();
                }
            }
            return true;
        } finally {
            monitor.unlock();
        }
    }

    /** Gives up all calls that are inside now. */
    public List<Pass> strand() {
        List<Pass> late;
        monitor.lock();
        try {
            late = new ArrayList<>(inside);
        } finally {
            monitor.unlock();
        }
        late.removeIf(p -> !p.strand());
        return late;
    }

    /** How many are inside now, without those that were stranded. */
    public int inside() {
        monitor.lock();
        try {
            return inside.size();
        } finally {
            monitor.unlock();
        }
    }

    /** Whether the gate is shut. */
    public boolean isShut() {
        monitor.lock();
        try {
            return shut && !closed;
        } finally {
            monitor.unlock();
        }
    }

    /** Whether the gate is closed. */
    public boolean isClosed() {
        monitor.lock();
        try {
            return closed;
        } finally {
            monitor.unlock();
        }
    }

    /** One call that is inside. */
    public final class Pass {
        private final Thread thread = Thread.currentThread();
        // guarded by monitor
        private final List<Runnable> actions = new ArrayList<>();
        private boolean stranded;

        private Pass() {
        }

        /** Leaves. */
        public void exit() {
            monitor.lock();
            try {
                inside.remove(this);
                if (inside.isEmpty()) {
                    monitor.signalAll();
                }
            } finally {
                monitor.unlock();
            }
        }

        /** Whether it was given up: what it has made is nobody's, and it must take it back itself. */
        public boolean isStranded() {
            monitor.lock();
            try {
                return stranded;
            } finally {
                monitor.unlock();
            }
        }

        /** To be done once when the call is given up, at once if it was; returns quickly. */
        public void onStrand(Runnable action) {
            monitor.lock();
            try {
                if (!stranded) {
                    actions.add(action);
                    return;
                }
            } finally {
                monitor.unlock();
            }
            action.run();
        }

        /**
         * Gives the call up.
         *
         * @return false if it has left just now, or was given up before
         */
        public boolean strand() {
            List<Runnable> due;
            monitor.lock();
            try {
                if (stranded || !inside.remove(this)) {
                    return false;
                }
                stranded = true;
                due = List.copyOf(actions);
                actions.clear();
                monitor.signalAll();
            } finally {
                monitor.unlock();
            }
            due.forEach(Runnable::run);
            return true;
        }

        /** The thread that is inside. */
        public Thread thread() {
            return thread;
        }
    }
}
