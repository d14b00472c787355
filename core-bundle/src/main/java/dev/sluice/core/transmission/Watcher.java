package dev.sluice.core.transmission;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at the busy connections again and again: where the leader has been in one call for a whole tick, a follower is
 * sent to take over the input and to send what is finished. Whatever a call does, a finished reply leaves within about
 * two ticks; once a type of request is known to be slow it goes to workers at once, and nobody has to be overtaken.
 *
 * <p>The tick is a compromise: at 150 us the wake-ups of this thread alone cost 3 us of CPU per request at depth 1 on
 * two cores, and the 99th percentile rose from 23 to 110 us.
 *
 * <p>One thread for all connections, and none while all are idle: a leader that gets work announces itself, and a
 * connection that was seen idle for {@link #QUIET} is forgotten again.
 */
public final class Watcher {
    /** How often. */
    static final long TICK_NANOS = 1_000_000;
    /** Ticks without work after which a connection is not watched any more. */
    static final int QUIET = 16;

    private final Platform platform;
    private final Monitor monitor;
    /** Copied on change; read by the watcher's thread. Guarded by monitor for writing. */
    private volatile List<Overtaking> busy = List.of();
    private boolean running;
    private boolean closed;

    /** Watches nothing yet. */
    public Watcher(Platform platform) {
        this.platform = platform;
        this.monitor = platform.monitor("watcher");
    }

    /**
     * From now on this connection is looked at. Called inside a gate: it must not throw.
     *
     * @return false if there is no thread for that now
     */
    boolean watch(Overtaking connection) {
        monitor.lock();
        try {
            if (closed || busy.contains(connection)) {
                return true;
            }
            if (!running && !startThread()) {
                return false;
            }
            List<Overtaking> changed = new ArrayList<>(busy);
            changed.add(connection);
            busy = List.copyOf(changed);
            monitor.signalAll();
            return true;
        } finally {
            monitor.unlock();
        }
    }

    private boolean startThread() {
        try {
            platform.start("sluice-watcher", this::run);
            running = true;
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** This connection is not looked at any more; it announces itself no more. */
    void forget(Overtaking connection) {
        monitor.lock();
        try {
            remove(connection);
        } finally {
            monitor.unlock();
        }
    }

    /** Unless it has announced itself since the look. It may also have ended since: put back it would be held for ever. */
    private void forgetQuiet(Overtaking connection) {
        monitor.lock();
        try {
            if (!connection.isWatched()) {
                remove(connection);
            }
        } finally {
            monitor.unlock();
        }
    }

    private void remove(Overtaking connection) {
        List<Overtaking> changed = new ArrayList<>(busy);
        if (changed.remove(connection)) {
            busy = List.copyOf(changed);
        }
    }

    /** Ends the thread. */
    public void close() {
        monitor.lock();
        try {
            closed = true;
            busy = List.of();
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    private void run() {
        while (awaitWork()) {
            for (Overtaking connection : busy) {
                if (!connection.tick()) {
                    forgetQuiet(connection);
                }
            }
            platform.park(this, TICK_NANOS);
        }
    }

    /** False when the thread shall end. */
    private boolean awaitWork() {
        if (!busy.isEmpty()) {
            return true;
        }
        monitor.lock();
        try {
            Deadline idle = Deadline.after(platform, Duration.ofSeconds(10));
            while (busy.isEmpty() && !closed) {
                if (!monitor.await(idle) && idle.isOver()) {
                    break;
                }
            }
            if (busy.isEmpty()) {
                running = false;
                return false;
            }
            return true;
        } finally {
            monitor.unlock();
        }
    }
}
