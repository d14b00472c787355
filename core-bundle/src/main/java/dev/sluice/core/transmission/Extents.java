package dev.sluice.core.transmission;

import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import dev.sluice.core.protocol.Limits;
import java.util.Arrays;

/**
 * Collects the extents of one status reply and keeps them within what a reply may carry: one extent that does not
 * overrun the request for REQ_ONE, at most 2^20, 32-bit lengths without extended headers (NBD specification,
 * NBD_CMD_BLOCK_STATUS). Many of them lie in memory of the pool, which has a bound: how many there are is the disk's doing,
 * how often they are asked for is the client's.
 */
final class Extents implements StatusSink, AutoCloseable {
    /** From here on they lie in the pool. */
    private static final int FEW = 1024;
    private static final int BYTES = 2 * Long.BYTES;

    private final BufferPool pool;
    private final int most;
    private final long end;
    private final boolean one;
    private final boolean extended;
    private long[] lengths = new long[16];
    private long[] statuses = new long[16];
    private PooledBuffer many;
    private int count;
    private boolean full;

    /** With at most so many. */
    Extents(BufferPool pool, long offset, long length, boolean one, boolean extended, int most) {
        this.pool = pool;
        this.most = most;
        this.end = offset + length;
        this.one = one;
        this.extended = extended;
    }

    @Override
    public boolean extent(long offset, long length, long status) throws NbdException {
        if (full || offset >= end && count > 0) {
            return false;
        }
        long shown = one ? Math.min(length, end - offset) : length;
        if (!extended && shown > Limits.MAX_DESCRIPTOR) {
            // What follows would leave a gap: the reply ends here, which the protocol allows.
            shown = Limits.MAX_DESCRIPTOR;
            full = true;
        }
        add(shown, status);
        full |= one || count == most || offset + length >= end;
        return !full;
    }

    private void add(long length, long status) throws NbdException {
        if (count < FEW) {
            if (count == lengths.length) {
                lengths = Arrays.copyOf(lengths, count * 2);
                statuses = Arrays.copyOf(statuses, count * 2);
            }
            lengths[count] = length;
            statuses[count] = status;
        } else {
            int at = (count - FEW) * BYTES;
            if (many == null || at == many.memory().capacity()) {
                grow(at);
            }
            many.memory().putLong(at, length).putLong(at + Long.BYTES, status);
        }
        count++;
    }

    private void grow(int used) throws NbdException {
        PooledBuffer larger = pool.lease(Math.max(FEW * BYTES, used * 2));
        if (many != null) {
            larger.memory().put(0, many.memory(), 0, used);
            many.close();
        }
        many = larger;
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        if (many != null) {
            many.close();
            many = null;
        }
    }

    int count() {
        return count;
    }

    long length(int i) {
        return i < FEW ? lengths[i] : many.memory().getLong((i - FEW) * BYTES);
    }

    long status(int i) {
        return i < FEW ? statuses[i] : many.memory().getLong((i - FEW) * BYTES + Long.BYTES);
    }
}
