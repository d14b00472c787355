package dev.sluice.core.util;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * A bounded set of threads that run what may block. A thread that has nothing to do waits for {@link #IDLE} and then
 * ends, so an idle server has none. Work is never queued: who gets no thread is told so at once and keeps the work.
 */
public final class Workers {
    /** How long a thread waits for more work. */
    public static final Duration IDLE = Duration.ofSeconds(10);

    private final Platform platform;
    private final String name;
    private final int limit;
    private volatile Runnable shortage = () -> { };
    private final Monitor monitor;

    // guarded by monitor
    private final ArrayDeque<Worker> idle = new ArrayDeque<>();
    private int threads;
    private long started;
    private boolean closed;

    /** At most this many threads at once. */
    public Workers(Platform platform, String name, int limit) {
        this.platform = platform;
        this.name = name;
        this.limit = limit;
        this.monitor = platform.monitor("workers " + name);
    }

    /** Who is told when somebody gets no thread; called inside a lock, so it returns at once and runs nothing here. */
    public void onShortage(Runnable told) {
        shortage = told;
    }

    /** How many threads there can be. */
    public int limit() {
        return limit;
    }

    /** Runs the work on a thread of its own; false if all are busy or the workers were closed. */
    public boolean tryRun(Runnable work) {
        Worker worker;
        long number;
        monitor.lock();
        try {
            if (closed) {
                return false;
            }
            worker = idle.pollLast();
            if (worker != null) {
                worker.next = work;
                number = 0;
            } else {
                if (threads >= limit) {
                    shortage.run();
                    return false;
                }
                threads++;
                number = ++started;
            }
        } finally {
            monitor.unlock();
        }
        if (worker != null) {
            platform.unpark(worker.thread);
            return true;
        }
        return startThread(work, number);
    }

    /** Threads that run or wait now. */
    public int threads() {
        monitor.lock();
        try {
            return threads;
        } finally {
            monitor.unlock();
        }
    }

    /** Whether at least half of the threads that there can be have nothing to do, or are not there. */
    public boolean isRoomy() {
        monitor.lock();
        try {
            return threads - idle.size() <= limit / 2;
        } finally {
            monitor.unlock();
        }
    }

    /** Nothing new is taken; idle threads end, busy ones after their work. */
    public void close() {
        monitor.lock();
        try {
            closed = true;
            idle.forEach(w -> platform.unpark(w.thread));
            idle.clear();
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Waits until no thread is left. */
    public boolean awaitEnd(Deadline deadline) {
        monitor.lock();
        try {
            while (threads > 0) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return threads == 0;
                }
            }
            return true;
        } finally {
            monitor.unlock();
        }
    }

    private boolean startThread(Runnable work, long number) {
        Worker worker = new Worker();
        worker.next = work;
        try {
            platform.start(name + "-" + number, worker);
            return true;
        } catch (OutOfMemoryError e) {
            // The operating system has no thread left: the same as a full pool.
            end();
            return false;
        }
    }

    private void end() {
        monitor.lock();
        try {
            threads--;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    private final class Worker implements Runnable {
        private Thread thread;
        private volatile Runnable next;

        @Override
        public void run() {
            thread = Thread.currentThread();
            try {
                while (true) {
                    Runnable work = next;
                    next = null;
                    try {
                        work.run();
                    } catch (Throwable t) {
                        // Work catches its own failures; what comes here is a bug of the core and must be seen.
                        System.getLogger(Workers.class.getName()).log(System.Logger.Level.ERROR, "a worker failed", t);
                    }
                    work = null;
                    if (!awaitNext()) {
                        return;
                    }
                }
            } finally {
                end();
            }
        }

        private boolean awaitNext() {
            monitor.lock();
            try {
                if (closed) {
                    return false;
                }
                idle.addLast(this);
            } finally {
                monitor.unlock();
            }
            Deadline deadline = Deadline.after(platform, IDLE);
            while (next == null) {
                long left = deadline.remainingNanos();
                if (left > 0) {
                    platform.park(Workers.this, left);
                }
                if (next == null && (left == 0 || isClosed())) {
                    monitor.lock();
                    try {
                        if (next == null) {
                            idle.remove(this);
                            return false;
                        }
                    } finally {
                        monitor.unlock();
                    }
                }
            }
            return true;
        }

        private boolean isClosed() {
            monitor.lock();
            try {
                return closed;
            } finally {
                monitor.unlock();
            }
        }
    }
}
