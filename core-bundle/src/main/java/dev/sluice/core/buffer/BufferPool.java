package dev.sluice.core.buffer;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Direct memory of the whole server: leased, reference-counted, bounded in total bytes.
 *
 * <p>Buffers come in powers of two from 4 KiB to 128 MiB and are kept for use again; {@link #shrink} lets go of those
 * that nobody needed since it was called last. A lease that would exceed the bound first drops kept buffers of other
 * sizes, then waits, and fails with ENOMEM after {@link #WAIT}. Threads: any; one lock, held for a few instructions.
 * Connections keep the buffers of their steady state, so that the lock is not on the path of a request.
 */
public final class BufferPool {
    /** Smallest size, in bytes. */
    public static final int MIN = 4 << 10;
    /** Largest size, in bytes: the largest request, and room for its header. */
    public static final int MAX = 128 << 20;
    /** How long a lease waits for memory to become free. */
    public static final Duration WAIT = Duration.ofSeconds(5);

    private static final int LARGE = 1 << 20;
    private static final int CLASSES = Integer.numberOfTrailingZeros(MAX) - Integer.numberOfTrailingZeros(MIN) + 1;

    private final Platform platform;
    private final Monitor monitor;
    private final long limit;
    private volatile Runnable shortage = () -> { };

    // all guarded by monitor
    private final SizeClass[] classes = new SizeClass[CLASSES];
    private long leased;
    private long kept;
    private long count;
    private long refused;

    /** With a bound in bytes. */
    public BufferPool(Platform platform, long limit) {
        this.platform = platform;
        this.monitor = platform.monitor("buffer pool");
        this.limit = limit;
        for (int i = 0; i < CLASSES; i++) {
            classes[i] = new SizeClass();
        }
    }

    /** Who is told when a lease has to wait or is refused; called inside a lock, so it returns at once and leases nothing. */
    public void onShortage(Runnable told) {
        shortage = told;
    }

    /**
     * Memory of at least this size, with unspecified contents, at reference count one.
     *
     * @throws NbdException ENOMEM
     */
    public PooledBuffer lease(int size) throws NbdException {
        PooledBuffer b = lease(size, WAIT);
        if (b == null) {
            throw new NbdException(NbdError.ENOMEM, "no buffer of " + size + " bytes became free within " + WAIT.toSeconds()
                    + " s; all buffers together are limited to " + limit + " bytes");
        }
        return b;
    }

    /** As {@link #lease(int)} without waiting; null if there is none. */
    public PooledBuffer tryLease(int size) {
        return lease(size, Duration.ZERO);
    }

    private PooledBuffer lease(int size, Duration wait) {
        if (size <= 0 || size > MAX) {
            throw new IllegalArgumentException("a buffer has 1 to " + MAX + " bytes, not " + size);
        }
        int index = classOf(size);
        int bytes = MIN << index;
        ByteBuffer memory = null;
        Deadline deadline = null;
        monitor.lock();
        try {
            while (true) {
                if (leased + bytes <= boundFor(bytes)) {
                    memory = classes[index].take();
                    if (memory != null) {
                        kept -= bytes;
                    } else {
                        dropUntilFits(bytes);
                    }
                    break;
                }
                if (deadline == null) {
                    shortage.run();
                }
                if (wait.isZero()) {
                    refused++;
                    return null;
                }
                if (deadline == null) {
                    deadline = Deadline.after(platform, wait);
                }
                if (!monitor.await(deadline) && deadline.isOver()) {
                    refused++;
                    return null;
                }
            }
            leased += bytes;
            count++;
        } finally {
            monitor.unlock();
        }
        if (memory == null) {
            memory = allocate(bytes);
            if (memory == null) {
                return null;
            }
        }
        // The user before may have changed the byte order, and no user asks for it.
        memory.clear().order(ByteOrder.BIG_ENDIAN);
        return new PooledBuffer(this, memory, size);
    }

    private ByteBuffer allocate(int bytes) {
        try {
            return ByteBuffer.allocateDirect(bytes);
        } catch (OutOfMemoryError e) {
            // The JVM's own bound on direct memory is below ours: what is kept for use again may be what is missing.
            dropAll();
        }
        try {
            return ByteBuffer.allocateDirect(bytes);
        } catch (OutOfMemoryError e) {
            // The request fails, the server goes on.
            monitor.lock();
            try {
                leased -= bytes;
                count--;
                refused++;
                monitor.signalAll();
            } finally {
                monitor.unlock();
            }
            return null;
        }
    }

    void giveBack(ByteBuffer memory) {
        monitor.lock();
        try {
            leased -= memory.capacity();
            count--;
            if (leased + kept + memory.capacity() <= limit) {
                classes[classOf(memory.capacity())].put(memory);
                kept += memory.capacity();
            }
            monitor.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Drops the buffers that were not in use at any time since the last call. */
    public void shrink() {
        monitor.lock();
        try {
            for (int i = 0; i < CLASSES; i++) {
                kept -= (long) classes[i].dropIdle() * (MIN << i);
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Bytes that are leased now. */
    public long leasedBytes() {
        monitor.lock();
        try {
            return leased;
        } finally {
            monitor.unlock();
        }
    }

    /** Leases that were not given back yet. */
    public long leases() {
        monitor.lock();
        try {
            return count;
        } finally {
            monitor.unlock();
        }
    }

    /** Leases that were refused because the bound was reached. */
    public long refused() {
        monitor.lock();
        try {
            return refused;
        } finally {
            monitor.unlock();
        }
    }

    /** The last quarter is for small buffers, so that a few clients with huge requests can't keep the others from going on. */
    private long boundFor(int bytes) {
        return bytes > LARGE ? limit - limit / 4 : limit;
    }

    private void dropAll() {
        monitor.lock();
        try {
            for (int i = 0; i < CLASSES; i++) {
                while (classes[i].take() != null) {
                    kept -= MIN << i;
                }
            }
        } finally {
            monitor.unlock();
        }
    }

    private void dropUntilFits(int bytes) {
        for (int i = CLASSES - 1; i >= 0 && leased + kept + bytes > limit; i--) {
            while (leased + kept + bytes > limit && classes[i].take() != null) {
                kept -= MIN << i;
            }
        }
    }

    private static int classOf(int size) {
        int rounded = Math.max(MIN, Integer.highestOneBit(size) == size ? size : Integer.highestOneBit(size) << 1);
        return Integer.numberOfTrailingZeros(rounded) - Integer.numberOfTrailingZeros(MIN);
    }

    /** Kept buffers of one size, and how few of them were there at the worst moment since the last shrink. */
    private static final class SizeClass {
        private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
        private int fewest;

        ByteBuffer take() {
            ByteBuffer b = free.pollLast();
            fewest = Math.min(fewest, free.size());
            return b;
        }

        void put(ByteBuffer b) {
            free.addLast(b);
        }

        int dropIdle() {
            int dropped = fewest;
            for (int i = 0; i < dropped; i++) {
                free.pollFirst();
            }
            fewest = free.size();
            return dropped;
        }
    }
}
