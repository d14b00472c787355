package dev.sluice.api.contract;

import dev.sluice.api.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Background work that runs in the test's own thread when the test says so. Safe for use by several threads. */
public final class ManualTasks implements Tasks {
    private static final int LIMIT = 1000;

    private final ManualClock clock;
    private final List<Work> waiting = new ArrayList<>();
    private boolean ended;

    /** Delays and periods are those of this clock. */
    public ManualTasks(ManualClock clock) {
        this.clock = clock;
    }

    @Override
    public Task submit(Callable<?> work) {
        return add(new Work(work, clock.getAsLong(), 0));
    }

    @Override
    public Task after(Duration delay, Callable<?> work) {
        return add(new Work(work, clock.getAsLong() + delay.toNanos(), 0));
    }

    @Override
    public Task every(Duration period, Callable<?> work) {
        return add(new Work(work, clock.getAsLong() + period.toNanos(), period.toNanos()));
    }

    /** The same: nothing runs at once here. */
    @Override
    public Tasks parallel() {
        return this;
    }

    /**
     * Runs what is due, each task once, also what was submitted meanwhile.
     *
     * @return how many tasks ran
     * @throws Exception what a task threw
     */
    public int runDue() throws Exception {
        int count = 0;
        long now = clock.getAsLong();
        for (Work w = takeDue(now); w != null; w = takeDue(now)) {
            count++;
            w.work.call();
            w.again(clock.getAsLong());
        }
        return count;
    }

    /** How many tasks have neither ended nor been cancelled. */
    public synchronized int waiting() {
        waiting.removeIf(Work::isDone);
        return waiting.size();
    }

    /** Ends all tasks, as the core does with the layer. */
    public synchronized void end() {
        ended = true;
        waiting.forEach(Work::cancel);
        waiting.clear();
    }

    private synchronized Task add(Work work) {
        if (ended || waiting() >= LIMIT) {
            throw new IllegalStateException(ended ? "the layer has ended" : LIMIT + " tasks are waiting");
        }
        waiting.add(work);
        return work;
    }

    private synchronized Work takeDue(long now) {
        for (Work w : waiting) {
            if (!w.isDone() && w.due - now <= 0) {
                waiting.remove(w);
                return w;
            }
        }
        return null;
    }

    private final class Work implements Task {
        final Callable<?> work;
        final long period;
        long due;
        private volatile boolean cancelled;
        private volatile boolean done;

        Work(Callable<?> work, long due, long period) {
            this.work = work;
            this.due = due;
            this.period = period;
        }

        void again(long now) {
            synchronized (ManualTasks.this) {
                done = period == 0 || cancelled || ended;
                if (!done) {
                    // at least one step on, so that a period of zero does not run for ever in one call
                    due = now + Math.max(1, period);
                    waiting.add(this);
                }
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public boolean isDone() {
            return done || cancelled;
        }
    }
}
