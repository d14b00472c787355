package dev.sluice.core.util;

/**
 * Clock, threads and waiting: what the core needs of the machine besides the network. One real implementation; a
 * deterministic simulation has its own.
 */
public interface Platform extends Clock {
    /** A lock, named for reports. */
    Monitor monitor(String name);

    /**
     * Starts a daemon thread.
     *
     * @throws OutOfMemoryError if the operating system has none left
     */
    Thread start(String name, Runnable body);

    /** Stops the calling thread until {@link #unpark} or for about this long; may return without reason. */
    void park(Object blocker, long nanos);

    /** Wakes a thread that parks, or its next park. */
    void unpark(Thread thread);
}
