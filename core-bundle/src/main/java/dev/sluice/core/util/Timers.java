package dev.sluice.core.util;

import java.time.Duration;
import java.util.PriorityQueue;

/**
 * Runs short actions later, on one thread that exists only while there is something to wait for. Actions must not
 * block; what may block is passed on to {@link Workers}.
 */
public final class Timers {
    private final Platform platform;
    private final Monitor monitor;

    // guarded by monitor
    private final PriorityQueue<Timer> queue = new PriorityQueue<>();
    private boolean running;
    private boolean closed;
    private long sequence;

    /** None waiting. */
    public Timers(Platform platform) {
        this.platform = platform;
        this.monitor = platform.monitor("timers");
    }

    /**
     * Runs the action after the delay, unless it is cancelled or the timers are closed before. Where the operating system has
     * no thread for it, it runs late: as soon as a later call finds one.
     */
    public Timer after(Duration delay, Runnable action) {
        monitor.lock();
        try {
            Timer t = new Timer(platform.nanoTime() + Deadline.after(platform, delay).remainingNanos(), sequence++, action);
            if (closed) {
                t.action = null;
                return t;
            }
            queue.add(t);
            if (!running) {
                running = startThread();
            } else {
                monitor.signalAll();
            }
            return t;
        } finally {
            monitor.unlock();
        }
    }

    /** False if there is no thread to be had: who sets a timer must not fail half way because of that. */
    private boolean startThread() {
        try {
            platform.start("sluice-timers", this::run);
            return true;
        } catch (OutOfMemoryError e) {
            System.getLogger(Timers.class.getName()).log(System.Logger.Level.WARNING,
                    "there is no thread for timers now: " + e.getMessage());
            return false;
        }
    }

    /** Drops all that wait. */
    public void close() {
        monitor.lock();
        try {
            closed = true;
            queue.clear();
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    private void run() {
        while (true) {
            Runnable due = next();
            if (due == null) {
                return;
            }
            try {
                due.run();
            } catch (Throwable t) {
                System.getLogger(Timers.class.getName()).log(System.Logger.Level.ERROR, "a timer failed", t);
            }
        }
    }

    private Runnable next() {
        monitor.lock();
        try {
            Deadline idle = Deadline.after(platform, Workers.IDLE);
            while (true) {
                if (closed) {
                    running = false;
                    return null;
                }
                Timer first = queue.peek();
                if (first == null) {
                    if (idle.isOver()) {
                        running = false;
                        return null;
                    }
                    monitor.await(idle);
                    continue;
                }
                long left = first.at - platform.nanoTime();
                if (left > 0) {
                    monitor.await(Deadline.after(platform, Duration.ofNanos(left)));
                    continue;
                }
                queue.poll();
                Runnable action = first.action;
                first.action = null;
                return action;
            }
        } finally {
            monitor.unlock();
        }
    }

    /** One action that waits. */
    public final class Timer implements Comparable<Timer> {
        private final long at;
        private final long number;
        private Runnable action;

        private Timer(long at, long number, Runnable action) {
            this.at = at;
            this.number = number;
            this.action = action;
        }

        /** It does not run any more; true if it had not started. */
        public boolean cancel() {
            monitor.lock();
            try {
                boolean pending = action != null;
                action = null;
                queue.remove(this);
                return pending;
            } finally {
                monitor.unlock();
            }
        }

        @Override
        public int compareTo(Timer other) {
            int c = Long.compare(at - other.at, 0);
            return c != 0 ? c : Long.compare(number, other.number);
        }

        @Override
        public boolean equals(Object o) {
            return this == o;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
