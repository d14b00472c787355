package dev.sluice.core.transmission;

import java.util.concurrent.atomic.AtomicLong;

/** What one connection has done so far. */
public final class ConnectionCounters {
    final AtomicLong requests = new AtomicLong();
    final AtomicLong errors = new AtomicLong();
    final AtomicLong bytesRead = new AtomicLong();
    final AtomicLong bytesWritten = new AtomicLong();

    /** Requests answered. */
    public long requests() {
        return requests.get();
    }

    /** Of them, those that failed. */
    public long errors() {
        return errors.get();
    }

    /** Bytes sent to the client as data. */
    public long bytesRead() {
        return bytesRead.get();
    }

    /** Bytes received from the client as data. */
    public long bytesWritten() {
        return bytesWritten.get();
    }
}
