package dev.sluice.core.export;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.time.Duration;

/**
 * Work that runs code of bundles on a thread of its own while somebody waits for it, phase by phase. A phase that takes
 * longer than it may is given up: who waits goes on, and the work learns of it at its next {@link #phase} or
 * {@link #check}. No thread is interrupted; a stranded one is named until it ends.
 */
final class Watched {
    private static final System.Logger LOG = System.getLogger("dev.sluice.swap");
    private static final int FRAMES = 3;

    /** The work. */
    @FunctionalInterface
    interface Work {
        void run(Watched me) throws Exception;
    }

    /** Thrown into work that was given up. */
    static final class GivenUpException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        GivenUpException() {
            super("given up", null, false, false);
        }
    }

    private final Platform platform;
    private final String what;
    private final Monitor monitor;
    private volatile Thread thread;

    // guarded by monitor
    private String phase = "";
    private Duration limit;
    private Deadline deadline;
    /** What somebody waits for now. */
    private Deadline awaited;
    private boolean patient;
    private boolean ended;
    private boolean givenUp;
    private boolean committed;
    private Throwable failure;

    /** @param what in a few words, for the log */
    Watched(Platform platform, String what) {
        this.platform = platform;
        this.what = what;
        this.monitor = platform.monitor("watched: " + what);
    }

    /**
     * Runs one piece of work and waits for it. Where there is no thread to be had it runs on this one, without a limit.
     *
     * @return false if it was given up after {@code limit}; that is logged
     */
    static boolean run(Platform platform, String threadName, String what, Duration limit, Runnable work) {
        Watched watched = new Watched(platform, what);
        try {
            watched.start(threadName, what, limit, me -> work.run());
        } catch (OutOfMemoryError e) {
            work.run();
            return true;
        }
        boolean ended = watched.await();
        if (!ended) {
            LOG.log(System.Logger.Level.ERROR, what + ": stranded: it does not return within " + limit.toMillis() + " ms: "
                    + watched.where());
        } else if (watched.failure() != null) {
            LOG.log(System.Logger.Level.WARNING, what + ": " + dev.sluice.core.util.Failures.line(watched.failure()));
        }
        return ended;
    }

    /** Starts the work in its first phase. */
    void start(String threadName, String first, Duration firstLimit, Work work) {
        phase(first, firstLimit, false);
        thread = platform.start(threadName, () -> {
            Throwable thrown = null;
            try {
                work.run(this);
            } catch (Throwable t) {
                thrown = t;
            }
            end(thrown);
        });
    }

    private void end(Throwable thrown) {
        boolean late;
        monitor.lock();
        try {
            ended = true;
            failure = thrown;
            late = givenUp;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
        if (late) {
            LOG.log(System.Logger.Level.WARNING, what + ": what was given up has returned");
        }
    }

    /** Enters the next phase, which may take this long. */
    void phase(String name, Duration atMost) {
        phase(name, atMost, false);
    }

    /** Enters a phase that is never given up; who waits for it reads in the log, every {@code reportEvery}, that it lasts. */
    void patientPhase(String name, Duration reportEvery) {
        phase(name, reportEvery, true);
    }

    private void phase(String name, Duration time, boolean isPatient) {
        monitor.lock();
        try {
            if (givenUp) {
                throw new GivenUpException();
            }
            phase = name;
            limit = time;
            deadline = Deadline.after(platform, time);
            patient = isPatient;
            // Who waits looks at the phase when its own time is over. Woken earlier it would only be in the way.
            if (awaited != null && deadline.remainingNanos() < awaited.remainingNanos()) {
                monitor.signalAll();
            }
        } finally {
            monitor.unlock();
        }
    }

    /** From now on {@link #giveUp} comes too late. Throws if it came before. */
    void commit() {
        monitor.lock();
        try {
            if (givenUp) {
                throw new GivenUpException();
            }
            committed = true;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Throws if the work was given up. */
    void check() {
        if (isGivenUp()) {
            throw new GivenUpException();
        }
    }

    boolean isGivenUp() {
        monitor.lock();
        try {
            return givenUp;
        } finally {
            monitor.unlock();
        }
    }

    /** The phase that it is in, or was in when it was given up. */
    String phase() {
        monitor.lock();
        try {
            return phase;
        } finally {
            monitor.unlock();
        }
    }

    /** What it threw; null before its end and if it threw nothing. */
    Throwable failure() {
        monitor.lock();
        try {
            return failure;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Gives the work up, whatever phase it is in, unless it ends or {@linkplain #commit commits} before the deadline; who
     * waits for it goes on.
     *
     * @return whether it was given up
     */
    boolean giveUp(Deadline unlessBefore) {
        monitor.lock();
        try {
            while (!ended && !givenUp && !committed) {
                if (!monitor.await(unlessBefore) && unlessBefore.isOver() && !ended && !committed) {
                    givenUp = true;
                    monitor.signalAll();
                }
            }
            return givenUp;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Waits for the end.
     *
     * @return false if a phase was given up; {@link #phase} says which
     */
    boolean await() {
        monitor.lock();
        try {
            while (!ended) {
                if (givenUp) {
                    return false;
                }
                awaited = deadline;
                if (monitor.await(awaited) || ended || givenUp || !deadline.isOver()) {
                    continue;
                }
                if (!patient) {
                    givenUp = true;
                    return false;
                }
                LOG.log(System.Logger.Level.WARNING, what + ": " + phase + " has taken more than " + limit.toMillis()
                        + " ms; clients wait for it");
                deadline = Deadline.after(platform, limit);
            }
            return true;
        } finally {
            monitor.unlock();
        }
    }

    /** The thread and where it is, for the report. */
    String where() {
        Thread t = thread;
        return t == null ? "a thread that has not started" : where(t);
    }

    /** A thread and where it is, for the report. */
    static String where(Thread thread) {
        StringBuilder text = new StringBuilder("thread ").append(thread.getName());
        StackTraceElement[] stack = thread.getStackTrace();
        for (int i = 0; i < Math.min(FRAMES, stack.length); i++) {
            text.append(i == 0 ? " in " : ", ").append(stack[i].getClassName()).append('.').append(stack[i].getMethodName()).append(':')
                    .append(stack[i].getLineNumber());
        }
        return text.toString();
    }
}
