package dev.sluice.core.buffer;

import dev.sluice.api.Buffers;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdException;
import java.nio.ByteBuffer;

/** The pool as layers see it. */
public final class LayerBuffers implements Buffers {
    private final BufferPool pool;

    /** On top of the pool. */
    public LayerBuffers(BufferPool pool) {
        this.pool = pool;
    }

    @Override
    public Lease lease(int size) throws NbdException {
        return pool.lease(size);
    }

    @Override
    public Lease zeroed(int size) throws NbdException {
        PooledBuffer lease = pool.lease(size);
        ByteBuffer m = lease.memory().duplicate();
        while (m.remaining() >= Long.BYTES) {
            m.putLong(0);
        }
        while (m.hasRemaining()) {
            m.put((byte) 0);
        }
        return lease;
    }
}
