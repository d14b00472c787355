package dev.sluice.filter.cache;

import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Sizes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings dirty blocks home: to the layer behind. One group of blocks at a time, for all connections together, so that who
 * has had this lock knows that nothing is under way. Reads go on meanwhile; writes to the group wait.
 */
final class Homing {
    private final Cache cache;
    private final ReentrantLock lock = new ReentrantLock();
    /** Devices that have taken writes and were not flushed since. */
    private final Set<Behind> unflushed = ConcurrentHashMap.newKeySet();

    /** Asked between two groups. */
    interface Check {
        /** @throws NbdException if the work should end */
        void check() throws NbdException;
    }

    Homing(Cache cache) {
        this.cache = cache;
    }

    /** Something was written through this device. */
    void wrote(Behind behind) {
        unflushed.add(behind);
    }

    /**
     * Everything, in the order of the disk; returns when it is on stable storage.
     *
     * @param own the device of the connection that asks
     * @throws IOException the first failure; other blocks were tried all the same, what is not home stays dirty
     */
    void all(Behind own, Check check) throws IOException {
        IOException failure = null;
        if (cache.isDirty()) {
            Behind through = writable(own);
            try {
                failure = blocks(through, check);
            } finally {
                through.giveBack();
            }
        }
        try {
            flush(own);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private Behind writable(Behind own) throws NbdException {
        if (own.info().isWritable() && own.borrow()) {
            return own;
        }
        for (Behind other : cache.devices()) {
            if (other.info().isWritable() && other.borrow()) {
                return other;
            }
        }
        throw new NbdException(NbdError.EIO, "the cache of export '" + cache.export() + "' has dirty blocks, and no client has the layer"
                + " behind open for writing");
    }

    private IOException blocks(Behind through, Check check) throws NbdException {
        IOException failure = null;
        long size = cache.size();
        long at = 0;
        while (at < size) {
            int state = cache.state(at);
            long end = cache.runEnd(at, state, size);
            while (at < end && (state == Cache.DIRTY || state == Cache.ZERO)) {
                check.check();
                long to = state == Cache.ZERO ? end : cache.groupEnd(at, end);
                try {
                    part(through, at, to, state);
                } catch (IOException e) {
                    failure = failure == null ? e : failure;
                }
                at = to;
            }
            at = end;
        }
        return failure;
    }

    /** The dirty blocks of the group of this offset. */
    void group(Behind through, long offset) throws IOException {
        long end = cache.groupEnd(offset, cache.size());
        long at = cache.groupStart(offset);
        while (at < end) {
            int state = cache.state(at);
            long to = cache.runEnd(at, state, end);
            if (state == Cache.DIRTY || state == Cache.ZERO) {
                part(through, at, to, state);
            }
            at = to;
        }
    }

    private void part(Behind through, long from, long to, int state) throws IOException {
        lock.lock();
        try {
            if (state == Cache.ZERO) {
                zeroes(through, from, to);
            } else {
                data(through, from, to);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A run of one group. */
    private void data(Behind through, long from, long to) throws IOException {
        Stripe stripe = cache.stripe(from);
        long stamp = stripe.lock.readLock();
        try (Lease lease = cache.buffers().lease((int) (to - from))) {
            long at = from;
            while (at < to) {
                int state = cache.state(at);
                long end = cache.runEnd(at, state, to);
                if (state == Cache.DIRTY) {
                    ByteBuffer bytes = lease.memory().duplicate().clear().limit((int) (end - at));
                    cache.readSlots(stripe, at, bytes);
                    wrote(through);
                    through.write(at, bytes.flip(), Flags.NONE);
                    // nobody writes while this lock is held, so they are still what was written
                    cache.map().set(cache.block(at), cache.block(end - 1) + 1, Cache.CLEAN);
                }
                at = end;
            }
        } finally {
            stripe.lock.unlockRead(stamp);
        }
    }

    /** A run of any length. */
    private void zeroes(Behind through, long from, long to) throws IOException {
        Stripe[] stripes = cache.groupEnd(from, to) == to ? new Stripe[] {cache.stripe(from)} : cache.stripes();
        long[] stamps = new long[stripes.length];
        for (int i = 0; i < stripes.length; i++) {
            stamps[i] = stripes[i].lock.readLock();
        }
        try {
            long at = from;
            while (at < to) {
                int state = cache.state(at);
                long end = cache.runEnd(at, state, to);
                if (state == Cache.ZERO) {
                    wrote(through);
                    through.zero(at, end - at, Flags.of(Flags.MAY_TRIM));
                    for (Stripe s : stripes) {
                        s.changed();
                    }
                    cache.map().set(cache.block(at), cache.block(end - 1) + 1, Cache.NONE);
                }
                at = end;
            }
        } finally {
            for (int i = 0; i < stripes.length; i++) {
                stripes[i].lock.unlockRead(stamps[i]);
            }
        }
    }

    /** What was written through all devices becomes stable; also what came home before this call. */
    private void flush(Behind own) throws IOException {
        // who homes a part now may have begun before this flush did
        lock.lock();
        lock.unlock();
        unflushed.remove(own);
        try {
            own.flush();
        } catch (IOException e) {
            unflushed.add(own);
            throw e;
        }
        if (own.info().multiConn()) {
            unflushed.clear();
            return;
        }
        for (Behind other : unflushed) {
            flushOther(other);
        }
    }

    /** One that is gone was flushed when it went. */
    private void flushOther(Behind other) throws IOException {
        if (other.borrow()) {
            try {
                unflushed.remove(other);
                other.flush();
            } catch (IOException e) {
                unflushed.add(other);
                throw e;
            } finally {
                other.giveBack();
            }
        }
    }

    /** A device goes: what was written through it becomes stable, because later nobody can flush it. */
    void leaving(Behind behind) throws IOException {
        if (unflushed.remove(behind)) {
            behind.flush();
        }
    }

    /** How much is not home, for messages. */
    String amount() {
        long last = cache.size() == 0 ? 0 : cache.block(cache.size() - 1) + 1;
        long blocks = cache.map().count(Cache.DIRTY, last) + cache.map().count(Cache.ZERO, last);
        return Sizes.format(blocks * cache.blockSize());
    }
}
