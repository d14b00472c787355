package dev.sluice.core.transmission;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.time.Duration;

/**
 * Batches of one connection that wait until whoever holds the {@link Output} sends them. Any thread may add one; the queue
 * is bounded by {@link #MAX_SMALL} and {@link #MAX_LARGE}: beyond, that waits.
 */
final class Backlog {
    /** Bytes that may wait behind a client that does not read, in small batches, ... */
    static final long MAX_SMALL = 8 << 20;
    /** ... and large batches, as far as the connection may have as many bytes under way. */
    static final int MAX_LARGE = 16;
    /** Bytes of a batch that is large. */
    private static final long LARGE = 512 << 10;

    private final Platform platform;
    private final long maxBytes;
    /** Guards the queue; held for a few instructions. */
    private final Monitor monitor;
    private volatile Batch head;
    private Batch tail;
    private long bytes;
    private long smallBytes;
    private int large;
    private volatile boolean broken;

    /** @param maxBytes that may wait in any case */
    Backlog(Platform platform, String name, long maxBytes) {
        this.platform = platform;
        this.maxBytes = maxBytes;
        this.monitor = platform.monitor("queue of " + name);
    }

    boolean isEmpty() {
        return head == null;
    }

    /** Nothing can be sent any more: whoever waits for room is told so. */
    void fail() {
        broken = true;
        monitor.lock();
        try {
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Whether {@link #fail} was called. */
    boolean isBroken() {
        return broken;
    }

    /**
     * Waits for room, and takes the batch over.
     *
     * @throws IOException the connection is broken; the batch is emptied and the caller's
     */
    void add(Batch batch) throws IOException {
        monitor.lock();
        try {
            while (isFull() && !broken) {
                monitor.await(Deadline.after(platform, Duration.ofSeconds(1)));
            }
            if (!broken) {
                append(batch);
                return;
            }
        } finally {
            monitor.unlock();
        }
        batch.reset();
        throw new IOException("the connection is closed");
    }

    private boolean isFull() {
        return smallBytes > MAX_SMALL || large >= MAX_LARGE || bytes > maxBytes;
    }

    private void append(Batch batch) {
        batch.next = null;
        if (tail == null) {
            head = batch;
        } else {
            tail.next = batch;
        }
        tail = batch;
        long cost = batch.cost();
        bytes += cost;
        if (cost < LARGE) {
            smallBytes += cost;
        } else {
            large++;
        }
    }

    /** Takes all out; they hang together by {@link Batch#next}. Null if there are none. */
    Batch take() {
        if (head == null) {
            return null;
        }
        monitor.lock();
        try {
            Batch first = head;
            head = null;
            tail = null;
            bytes = 0;
            smallBytes = 0;
            large = 0;
            monitor.signalAll();
            return first;
        } finally {
            monitor.unlock();
        }
    }

    /** Gives back what {@link #take} has returned. */
    static void release(Batch first) {
        Batch b = first;
        while (b != null) {
            Batch next = b.next;
            b.next = null;
            b.release();
            b = next;
        }
    }
}
