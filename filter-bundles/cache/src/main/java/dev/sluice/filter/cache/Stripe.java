package dev.sluice.filter.cache;

import java.util.concurrent.locks.StampedLock;

/**
 * One of the parts that the blocks of a disk are dealt out to, in groups. Its lock is held to read what is cached of its
 * blocks, and exclusively to change anything about them, here or behind. A lock can't be taken twice by one thread.
 */
final class Stripe {
    final StampedLock lock = new StampedLock();
    /** Guarded by the lock. */
    final BlockIndex index = new BlockIndex();
    /**
     * Grows with each change behind the cache, and when a block leaves it: what was read behind before that must not be
     * taken in any more. Written by one thread at a time.
     */
    volatile long version;

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // see above
    void changed() {
        version = version + 1;
    }
}
