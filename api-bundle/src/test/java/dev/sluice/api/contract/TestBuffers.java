package dev.sluice.api.contract;

import dev.sluice.api.Buffers;
import dev.sluice.api.Lease;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;

/** Direct memory that remembers who has not given it back. Safe for use by several threads. */
public final class TestBuffers implements Buffers {
    private static final int MAX = 64 << 20;
    /** What fresh and freed memory holds, so that code that relies on zeroes or on dead memory is found. */
    static final byte POISON = (byte) 0xa5;

    private final Set<TestLease> open = new LinkedHashSet<>();

    @Override
    public Lease lease(int size) {
        return lease(size, POISON);
    }

    @Override
    public Lease zeroed(int size) {
        return lease(size, (byte) 0);
    }

    /** Leases that were not given back. */
    public synchronized int open() {
        return open.size();
    }

    /**
     * Fails with the stack of whoever took it if a lease is still held.
     *
     * @throws AssertionError names one of them
     */
    public synchronized void assertNothingHeld() {
        if (!open.isEmpty()) {
            throw new AssertionError(open.size() + " leases were not given back; the first was taken here", open.iterator().next().taken);
        }
    }

    private synchronized Lease lease(int size, byte fill) {
        if (size < 1 || size > MAX) {
            throw new IllegalArgumentException("a lease has 1 .. " + MAX + " bytes, not " + size);
        }
        TestLease lease = new TestLease(ByteBuffer.allocateDirect(size));
        lease.fill(fill);
        open.add(lease);
        return lease;
    }

    private synchronized void forget(TestLease lease) {
        open.remove(lease);
    }

    private final class TestLease implements Lease {
        final Throwable taken = new Throwable("taken");
        private final ByteBuffer memory;
        private int references = 1;

        TestLease(ByteBuffer memory) {
            this.memory = memory;
        }

        void fill(byte value) {
            for (int i = 0; i < memory.capacity(); i++) {
                memory.put(i, value);
            }
        }

        @Override
        public synchronized ByteBuffer memory() {
            check();
            return memory;
        }

        @Override
        public synchronized Lease retain() {
            check();
            references++;
            return this;
        }

        @Override
        public synchronized void close() {
            check();
            references--;
            if (references == 0) {
                fill(POISON);
                forget(this);
            }
        }

        private void check() {
            if (references == 0) {
                throw new IllegalStateException("this lease was given back already");
            }
        }
    }
}
