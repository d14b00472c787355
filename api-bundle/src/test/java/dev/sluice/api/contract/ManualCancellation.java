package dev.sluice.api.contract;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A cancellation that a test fires. Sleeping takes no real time: it moves the clock and is written down. Safe for use
 * by several threads.
 */
public final class ManualCancellation implements Cancellation {
    private final ManualClock clock;
    private final List<Runnable> actions = new ArrayList<>();
    private final List<Duration> slept = new ArrayList<>();
    private Runnable inSleep = () -> { };
    private String reason = "";

    /** Sleeps on this clock. */
    public ManualCancellation(ManualClock clock) {
        this.clock = clock;
    }

    /** Fires: from now on {@link #check} and {@link #sleep} throw. */
    public void cancel(String why) {
        List<Runnable> run;
        synchronized (this) {
            if (isCancelled()) {
                return;
            }
            reason = why;
            run = List.copyOf(actions);
            actions.clear();
        }
        run.forEach(Runnable::run);
    }

    /** Runs in every sleep before its time has passed; it may cancel. */
    public synchronized void inSleep(Runnable action) {
        inSleep = action;
    }

    /** All sleeps that began, in order. */
    public synchronized List<Duration> slept() {
        return List.copyOf(slept);
    }

    /** Forgets the sleeps. */
    public synchronized void forgetSleeps() {
        slept.clear();
    }

    /** How many actions wait for the cancellation: what a closed layer must have taken back. */
    public synchronized int registered() {
        return actions.size();
    }

    @Override
    public synchronized boolean isCancelled() {
        return !reason.isEmpty();
    }

    @Override
    public synchronized String reason() {
        return reason;
    }

    @Override
    public void check() throws NbdException {
        if (isCancelled()) {
            throw new NbdException(NbdError.ESHUTDOWN, reason());
        }
    }

    @Override
    public void sleep(Duration time) throws NbdException {
        check();
        Runnable action;
        synchronized (this) {
            slept.add(time);
            action = inSleep;
        }
        action.run();
        check();
        clock.advance(time);
    }

    @Override
    public Registration onCancel(Runnable action) {
        synchronized (this) {
            if (!isCancelled()) {
                Runnable own = action::run;
                actions.add(own);
                return () -> remove(own);
            }
        }
        action.run();
        return () -> { };
    }

    private synchronized void remove(Runnable action) {
        actions.remove(action);
    }
}
