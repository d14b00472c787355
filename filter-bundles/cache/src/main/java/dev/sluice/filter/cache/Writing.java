package dev.sluice.filter.cache;

import dev.sluice.api.Cancellation;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What changes bytes. A group of blocks is changed under the lock of its stripe, also where the change goes to the layer
 * behind, so that the cache and what is behind it never disagree about the order of two changes.
 */
final class Writing {
    /** How often a block is taken in again that others have pushed out; then the bytes go to the layer behind. */
    private static final int TRIES = 3;

    private final Cache cache;
    private final Homing homing;

    Writing(Cache cache, Homing homing) {
        this.cache = cache;
        this.homing = homing;
    }

    void write(Behind behind, long offset, ByteBuffer data, Flags flags, Cancellation cancellation) throws IOException {
        long end = offset + data.remaining();
        for (long at = offset; at < end; at = cache.groupEnd(at, end)) {
            cancellation.check();
            int n = (int) (cache.groupEnd(at, end) - at);
            ByteBuffer part = data.duplicate().limit(data.position() + n);
            if (cache.settings().isThrough()) {
                through(behind, at, part, flags);
            } else {
                back(behind, at, part);
            }
            data.position(data.position() + n);
        }
    }

    /** Into the cache; only what it has no room for goes to the layer behind. */
    private void back(Behind behind, long offset, ByteBuffer data) throws IOException {
        long at = offset;
        long end = offset + data.remaining();
        int tries = 0;
        while (at < end) {
            long done = put(at, data, end);
            tries = done > at ? 0 : tries + 1;
            at = done;
            if (at < end) {
                long to = Math.min(end, cache.endOf(cache.block(at)));
                boolean whole = isWhole(at, to);
                if (whole || tries > TRIES || !cache.takeIn(behind, at, to)) {
                    int limit = data.limit();
                    data.limit(data.position() + (int) (to - at));
                    past(behind, at, data);
                    data.limit(limit);
                    at = to;
                }
            }
        }
    }

    private boolean isWhole(long from, long to) {
        long block = cache.block(from);
        return cache.start(block) == from && cache.endOf(block) == to;
    }

    /** Block by block, as far as they are in the cache or can get there without the layer behind. Returns where it ends. */
    private long put(long offset, ByteBuffer data, long end) throws NbdException {
        Stripe stripe = cache.stripe(offset);
        long stamp = stripe.lock.writeLock();
        try {
            long at = offset;
            while (at < end) {
                long to = Math.min(end, cache.endOf(cache.block(at)));
                ByteBuffer part = data.duplicate().limit(data.position() + (int) (to - at));
                if (!putBlock(stripe, at, part, isWhole(at, to))) {
                    return at;
                }
                data.position(data.position() + (int) (to - at));
                at = to;
            }
            return at;
        } finally {
            stripe.lock.unlockWrite(stamp);
        }
    }

    private boolean putBlock(Stripe stripe, long at, ByteBuffer part, boolean whole) throws NbdException {
        long block = cache.block(at);
        int slot = stripe.index.get(block);
        if (slot < 0) {
            return (whole || cache.map().get(block) == Cache.ZERO) && cache.insert(stripe, block, at, part, Cache.DIRTY);
        }
        cache.slots().touch(slot);
        try {
            cache.writeSlot(slot, at, part);
        } catch (NbdException e) {
            if (cache.map().get(block) == Cache.CLEAN) {
                // the copy may be broken, what is behind is not
                cache.drop(stripe, block);
                return false;
            }
            throw e;
        }
        cache.map().set(block, Cache.DIRTY);
        return true;
    }

    /** A part of one block that the cache has no room for; if it has got in meanwhile both places get the bytes. */
    private void past(Behind behind, long offset, ByteBuffer data) throws IOException {
        Stripe stripe = cache.stripe(offset);
        long stamp = stripe.lock.writeLock();
        try {
            // only what was zeroed is not yet so behind
            homeZero(stripe, behind, cache.block(offset));
            behindAndHere(stripe, behind, offset, data, Flags.NONE);
        } finally {
            stripe.lock.unlockWrite(stamp);
        }
    }

    /** To the layer behind first; whole blocks get into the cache as well. */
    private void through(Behind behind, long offset, ByteBuffer data, Flags flags) throws IOException {
        Stripe stripe = cache.stripe(offset);
        long end = offset + data.remaining();
        long stamp = stripe.lock.writeLock();
        try {
            for (long at = offset; at < end; at = cache.endOf(cache.block(at))) {
                homeZero(stripe, behind, cache.block(at));
            }
            ByteBuffer copy = data.duplicate();
            behindAndHere(stripe, behind, offset, data, flags);
            for (long at = offset; at < end; at = cache.endOf(cache.block(at))) {
                long to = Math.min(end, cache.endOf(cache.block(at)));
                if (isWhole(at, to) && cache.map().get(cache.block(at)) == Cache.NONE) {
                    int start = copy.position() + (int) (at - offset);
                    cache.insert(stripe, cache.block(at), at, copy.duplicate().limit(start + (int) (to - at)).position(start), Cache.CLEAN);
                }
            }
        } finally {
            stripe.lock.unlockWrite(stamp);
        }
    }

    /** The lock of the stripe is held, and no block of the range is one that was zeroed. */
    private void behindAndHere(Stripe stripe, Behind behind, long offset, ByteBuffer data, Flags flags) throws IOException {
        ByteBuffer copy = data.duplicate();
        long end = offset + data.remaining();
        homing.wrote(behind);
        try {
            behind.write(offset, data, flags);
        } catch (IOException | RuntimeException e) {
            // how much was written is not known
            dropClean(stripe, offset, end);
            throw e;
        }
        stripe.changed();
        long at = offset;
        while (at < end) {
            long to = Math.min(end, cache.endOf(cache.block(at)));
            int slot = stripe.index.get(cache.block(at));
            int start = copy.position() + (int) (at - offset);
            if (slot >= 0) {
                patch(stripe, slot, at, copy.duplicate().limit(start + (int) (to - at)).position(start));
            }
            at = to;
        }
    }

    private void patch(Stripe stripe, int slot, long at, ByteBuffer part) throws NbdException {
        try {
            cache.writeSlot(slot, at, part);
        } catch (NbdException e) {
            if (cache.map().get(cache.block(at)) != Cache.CLEAN) {
                throw e;
            }
            cache.drop(stripe, cache.block(at));
        }
    }

    private void dropClean(Stripe stripe, long from, long to) throws NbdException {
        for (long at = from; at < to; at = cache.endOf(cache.block(at))) {
            if (cache.map().get(cache.block(at)) == Cache.CLEAN) {
                cache.drop(stripe, cache.block(at));
            }
        }
        stripe.changed();
    }

    private void homeZero(Stripe stripe, Behind behind, long block) throws IOException {
        if (cache.map().get(block) == Cache.ZERO) {
            long start = cache.start(block);
            homing.wrote(behind);
            behind.zero(start, cache.endOf(block) - start, Flags.of(Flags.MAY_TRIM));
            cache.drop(stripe, block);
        }
    }

    /** Makes bytes zero. */
    void zero(Behind behind, long offset, long length, Flags flags, Cancellation cancellation) throws IOException {
        if (cache.settings().isThrough()) {
            zeroThrough(behind, offset, length, flags, cancellation);
            return;
        }
        long end = offset + length;
        boolean all = startsBlock(offset) && endsBlock(end);
        if (flags.fastZero() && !(flags.mayTrim() && all)) {
            throw new NbdException(NbdError.ENOTSUP, "zeroing parts of blocks, or without a hole, is not quicker than writing");
        }
        long at = offset;
        while (at < end) {
            cancellation.check();
            long to = cache.groupEnd(at, end);
            long first = startsBlock(at) ? at : Math.min(to, cache.endOf(cache.block(at)));
            long last = endsBlock(to) ? to : Math.max(first, cache.start(cache.block(to)));
            if (flags.mayTrim() && first < last) {
                writeZeroes(behind, at, first, cancellation);
                mark(behind, first, last);
                writeZeroes(behind, last, to, cancellation);
            } else {
                writeZeroes(behind, at, to, cancellation);
            }
            at = to;
        }
    }

    private boolean startsBlock(long offset) {
        return cache.start(cache.block(offset)) == offset;
    }

    private boolean endsBlock(long end) {
        return end == cache.size() || cache.start(cache.block(end)) == end;
    }

    private void writeZeroes(Behind behind, long from, long to, Cancellation cancellation) throws IOException {
        if (from >= to || cache.state(from) == Cache.ZERO && cache.runEnd(from, Cache.ZERO, to) == to) {
            return;
        }
        try (Lease lease = cache.buffers().zeroed((int) Math.min(Cache.GROUP, to - from))) {
            for (long at = from; to - at > 0; at += Cache.GROUP) {
                int n = (int) Math.min(Cache.GROUP, to - at);
                write(behind, at, lease.memory().duplicate().clear().limit(n), Flags.NONE, cancellation);
            }
        }
    }

    /** Whole blocks of one group: from now on zero, and so behind with the next flush. */
    private void mark(Behind behind, long from, long to) throws IOException {
        Stripe stripe = cache.stripe(from);
        long stamp = stripe.lock.writeLock();
        try {
            cache.map().set(cache.block(from), cache.block(to - 1) + 1, Cache.ZERO);
            removeSlots(stripe, from, to);
        } catch (NbdException e) {
            // no memory to note it down: then at once
            homing.wrote(behind);
            behind.zero(from, to - from, Flags.of(Flags.MAY_TRIM));
            cache.map().set(cache.block(from), cache.block(to - 1) + 1, Cache.NONE);
            removeSlots(stripe, from, to);
        } finally {
            stripe.changed();
            stripe.lock.unlockWrite(stamp);
        }
    }

    private void removeSlots(Stripe stripe, long from, long to) {
        if (stripe.index.size() == 0) {
            return;
        }
        for (long at = from; at < to; at = cache.endOf(cache.block(at))) {
            int slot = stripe.index.remove(cache.block(at));
            if (slot >= 0) {
                cache.slots().free(slot);
            }
        }
    }

    private void zeroThrough(Behind behind, long offset, long length, Flags flags, Cancellation cancellation) throws IOException {
        if (flags.fastZero() && !(behind.info().canFastZero() && behind.isAligned(offset, length))) {
            throw new NbdException(NbdError.ENOTSUP, "the layer behind can't zero this quickly");
        }
        if (!behind.isAligned(offset, length)) {
            long end = offset + length;
            for (long at = offset; at < end; at = cache.groupEnd(at, end)) {
                writeZeroes(behind, at, cache.groupEnd(at, end), cancellation);
            }
            if (flags.fua()) {
                behind.flush();
            }
            return;
        }
        behindAlone(offset, offset + length, () -> behind.zero(offset, length, flags), behind);
    }

    /** A hint: whole blocks need not be kept nor come home, and what the layer behind can't trim stays. */
    void trim(Behind behind, long offset, long length, Flags flags) throws IOException {
        long from = behind.firstAligned(offset);
        long to = behind.lastAligned(offset + length);
        if (from >= 0 && from < to) {
            behindAlone(from, to, () -> behind.trim(from, to - from, flags), behind);
        }
    }

    private interface Change {
        void run() throws IOException;
    }

    /**
     * A change of the layer behind that the cache does not follow: what it knows of the range is forgotten, but not what is
     * dirty outside of it.
     */
    private void behindAlone(long from, long to, Change change, Behind behind) throws IOException {
        Stripe[] stripes = cache.groupEnd(from, to) == to ? new Stripe[] {cache.stripe(from)} : cache.stripes();
        long[] stamps = new long[stripes.length];
        for (int i = 0; i < stripes.length; i++) {
            stamps[i] = stripes[i].lock.writeLock();
        }
        try {
            edge(behind, from, from, to);
            edge(behind, to - 1, from, to);
            homing.wrote(behind);
            change.run();
            forget(from, to, true);
        } catch (IOException | RuntimeException e) {
            // how much was changed is not known
            forget(from, to, false);
            throw e;
        } finally {
            for (int i = 0; i < stripes.length; i++) {
                stripes[i].changed();
                stripes[i].lock.unlockWrite(stamps[i]);
            }
        }
    }

    /** A block that is changed in part only goes home first if it is dirty. */
    private void edge(Behind behind, long offset, long from, long to) throws IOException {
        long block = cache.block(offset);
        Stripe stripe = cache.stripe(offset);
        if (cache.start(block) >= from && cache.endOf(block) <= to) {
            return;
        }
        homeZero(stripe, behind, block);
        if (cache.map().get(block) == Cache.DIRTY) {
            int length = (int) (cache.endOf(block) - cache.start(block));
            try (Lease lease = cache.buffers().lease(length)) {
                ByteBuffer bytes = lease.memory().duplicate().clear().limit(length);
                cache.readSlots(stripe, cache.start(block), bytes);
                homing.wrote(behind);
                behind.write(cache.start(block), bytes.flip(), Flags.NONE);
            }
            cache.map().set(block, Cache.CLEAN);
        }
    }

    private void forget(long from, long to, boolean dirtyToo) throws NbdException {
        long at = from;
        while (at < to) {
            int state = cache.state(at);
            long end = cache.runEnd(at, state, to);
            if (state == Cache.CLEAN || state == Cache.DIRTY && dirtyToo) {
                for (long b = cache.block(at); b <= cache.block(end - 1); b++) {
                    cache.drop(cache.stripe(cache.start(b)), b);
                }
            } else if (state == Cache.ZERO && dirtyToo) {
                cache.map().set(cache.block(at), cache.block(end - 1) + 1, Cache.NONE);
            }
            at = end;
        }
    }
}
