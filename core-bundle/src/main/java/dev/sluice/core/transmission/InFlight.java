package dev.sluice.core.transmission;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.time.Duration;

/**
 * Calls of one connection that run beside its leader: bounded in number and in bytes, waited for at the end.
 */
final class InFlight {
    private final Platform platform;
    private final Monitor monitor;
    private final int maxCalls;
    private final long maxBytes;
    private int calls;
    private long bytes;
    private boolean closed;

    InFlight(Platform platform, String name, int maxCalls, long maxBytes) {
        this.platform = platform;
        this.monitor = platform.monitor("requests in flight of " + name);
        this.maxCalls = maxCalls;
        this.maxBytes = maxBytes;
    }

    /** Whether one more call of this size may start; it is counted then. */
    boolean tryStart(long size) {
        monitor.lock();
        try {
            if (calls >= maxCalls || calls > 0 && bytes + size > maxBytes) {
                return false;
            }
            calls++;
            bytes += size;
            return true;
        } finally {
            monitor.unlock();
        }
    }

    /** Waits until one more may start, and counts it; false when the connection has ended. */
    boolean start(long size) {
        monitor.lock();
        try {
            while (!closed && (calls >= maxCalls || calls > 0 && bytes + size > maxBytes)) {
                monitor.await(Deadline.after(platform, Duration.ofSeconds(1)));
            }
            if (closed) {
                return false;
            }
            calls++;
            bytes += size;
            return true;
        } finally {
            monitor.unlock();
        }
    }

    /** A call that was overtaken is counted whatever the bounds say: it runs already. */
    void overtaken() {
        monitor.lock();
        try {
            calls++;
        } finally {
            monitor.unlock();
        }
    }

    /** A call has ended. */
    void end(long size) {
        monitor.lock();
        try {
            calls--;
            bytes -= size;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Nobody waits to start any more. */
    void close() {
        monitor.lock();
        try {
            closed = true;
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Waits until all have ended. */
    boolean awaitNone(Deadline deadline) {
        monitor.lock();
        try {
            while (calls > 0) {
                if (!monitor.await(deadline) && deadline.isOver()) {
                    return calls == 0;
                }
            }
            return true;
        } finally {
            monitor.unlock();
        }
    }

    int calls() {
        monitor.lock();
        try {
            return calls;
        } finally {
            monitor.unlock();
        }
    }
}
