package dev.sluice.core.chain;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Platform;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A cancellation that may follow another one: a device's follows its layer's. */
public final class CoreCancellation implements Cancellation {
    private final Platform platform;
    private final Set<Thread> sleepers = ConcurrentHashMap.newKeySet();
    /** Layers see this object and may lock it; the core's lock is its own. */
    private final Object lock = new Object();
    /** In the order in which they came; guarded by lock. */
    private final Set<Action> actions = new LinkedHashSet<>();
    private final Registration inParent;
    private volatile String reason;

    /** Not cancelled; follows {@code parent} unless that is null. */
    public CoreCancellation(Platform platform, Cancellation parent) {
        this.platform = platform;
        this.inParent = parent == null ? null : parent.onCancel(() -> cancel(parent.reason()));
    }

    /** From now on everybody should stop; the first reason counts. */
    public void cancel(String why) {
        List<Action> due;
        synchronized (lock) {
            if (reason != null) {
                return;
            }
            reason = why;
            due = List.copyOf(actions);
        }
        sleepers.forEach(platform::unpark);
        due.forEach(Action::fire);
    }

    /** The parent forgets this one; must be called when the device or layer has gone. */
    public void detach() {
        if (inParent != null) {
            inParent.close();
        }
        synchronized (lock) {
            actions.clear();
        }
    }

    @Override
    public boolean isCancelled() {
        return reason != null;
    }

    @Override
    public String reason() {
        String r = reason;
        return r == null ? "" : r;
    }

    @Override
    public void check() throws NbdException {
        String r = reason;
        if (r != null) {
            throw new NbdException(NbdError.ESHUTDOWN, r);
        }
    }

    @Override
    public void sleep(Duration time) throws NbdException {
        check();
        Deadline deadline = Deadline.after(platform, time);
        Thread self = Thread.currentThread();
        sleepers.add(self);
        try {
            for (long left = deadline.remainingNanos(); left > 0 && reason == null; left = deadline.remainingNanos()) {
                platform.park(this, left);
            }
        } finally {
            sleepers.remove(self);
        }
        check();
    }

    @Override
    public Registration onCancel(Runnable action) {
        Action a = new Action(action);
        synchronized (lock) {
            actions.add(a);
        }
        if (reason != null) {
            a.fire();
        }
        return a;
    }

    private final class Action implements Registration {
        private Runnable runnable;

        Action(Runnable runnable) {
            this.runnable = runnable;
        }

        void fire() {
            Runnable r;
            synchronized (lock) {
                r = runnable;
                runnable = null;
            }
            if (r != null) {
                try {
                    r.run();
                } catch (RuntimeException | Error e) {
                    // The others are still to be told.
                    System.getLogger(CoreCancellation.class.getName())
                            .log(System.Logger.Level.WARNING, "an action on cancellation failed: " + e);
                }
            }
        }

        @Override
        public void close() {
            synchronized (lock) {
                runnable = null;
                actions.remove(this);
            }
        }
    }
}
