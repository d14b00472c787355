package dev.sluice.filter.multiconn;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdDevice;

/**
 * One connection in its group. It begins with the worst that is possible, because it may stand in for a connection that was
 * there before this layer, after a live change: dirty, and with old data in a cache.
 *
 * <p>Both marks are set when a request has been done, before it is answered, and cleared before a flush: a request that runs
 * beside a flush leaves its mark for the next one.
 */
final class Member {
    final NbdDevice next;
    final Cancellation cancellation;
    private volatile boolean wrote = true;
    private volatile boolean read = true;
    /** Known to have changes that were not flushed: what {@link #wrote} would be without the worst that is possible. */
    private volatile boolean unflushed;

    Member(NbdDevice next, Cancellation cancellation) {
        this.next = next;
        this.cancellation = cancellation;
    }

    /** Something was changed. */
    void markWritten() {
        // looked at first: a line that nobody writes stays in every core's cache
        if (!wrote || !unflushed) {
            wrote = true;
            unflushed = true;
        }
    }

    /** Something was read, and may be in a cache now. */
    void markRead() {
        if (!read) {
            read = true;
        }
    }

    /** Whether there may be changes that were not flushed. */
    boolean hasWritten() {
        return wrote;
    }

    /** Whether there are changes that were not flushed. */
    boolean isUnflushed() {
        return unflushed;
    }

    /** Whether there may be something in a cache of this connection. */
    boolean hasRead() {
        return read;
    }

    /** Before a flush. */
    void clear() {
        wrote = false;
        read = false;
        unflushed = false;
    }

    /** A flush has failed: nothing is known. */
    void assumeWorst() {
        wrote = true;
        read = true;
        unflushed = true;
    }
}
