package dev.sluice.core.buffer;

import dev.sluice.api.Lease;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A piece of the pool with a reference count. Using it after the last reference was given back is an error that is
 * found where it can be: {@link #retain} and {@link #close} throw.
 */
public final class PooledBuffer extends AtomicInteger implements Lease {
    private static final long serialVersionUID = 1L;

    private final transient BufferPool pool;
    private final transient ByteBuffer whole;
    private final transient ByteBuffer memory;

    PooledBuffer(BufferPool pool, ByteBuffer whole, int size) {
        super(1);
        this.pool = pool;
        this.whole = whole;
        this.memory = size == whole.capacity() ? whole : whole.slice(0, size);
    }

    @Override
    public ByteBuffer memory() {
        return memory;
    }

    /** All of the memory, which may be more than was asked for. */
    public ByteBuffer whole() {
        return whole;
    }

    @Override
    public PooledBuffer retain() {
        int before;
        do {
            before = get();
            if (before <= 0) {
                throw new IllegalStateException("a buffer is retained after its last reference was given back");
            }
        } while (!compareAndSet(before, before + 1));
        return this;
    }

    @Override
    public void close() {
        int after = decrementAndGet();
        if (after == 0) {
            pool.giveBack(whole);
        } else if (after < 0) {
            throw new IllegalStateException("a buffer was given back more often than it was taken");
        }
    }
}
