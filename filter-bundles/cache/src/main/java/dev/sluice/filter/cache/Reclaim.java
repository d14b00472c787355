package dev.sluice.filter.cache;

import dev.sluice.api.NbdException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives up blocks that were not used lately, in the background as a task of the layer, from the high threshold down to the low
 * one. Dirty blocks are brought home first, through any device that is open. A run is short, because a swap waits for it.
 */
final class Reclaim {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.cache");
    /** How many groups of dirty blocks one run brings home. */
    private static final int HOMING = 4;
    /** How many blocks one run looks at. */
    private static final int LOOKS = 4096;
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Cache cache;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile Homing homing;
    private volatile boolean failing;

    Reclaim(Cache cache) {
        this.cache = cache;
    }

    void use(Homing way) {
        homing = way;
    }

    private boolean isAbove(int percent) {
        return cache.slots().inUse() * 100L > (long) cache.slots().limit() * percent;
    }

    /** Starts a run in the background if the cache has become too full. */
    void ifNeeded() {
        if (isAbove(cache.settings().high()) && scheduled.compareAndSet(false, true)) {
            schedule(Duration.ZERO);
        }
    }

    private void schedule(Duration delay) {
        try {
            cache.context().tasks().after(delay, () -> {
                try {
                    run();
                } catch (RuntimeException e) {
                    // what went wrong is logged; the next block starts another run
                    scheduled.set(false);
                    throw e;
                }
                return null;
            });
        } catch (IllegalStateException e) {
            // the layer ends, or too much waits already: the next block tries again
            scheduled.set(false);
        }
    }

    private void run() {
        int homed = 0;
        int before = cache.slots().inUse();
        boolean stuck = false;
        for (int i = 0; i < LOOKS && homed < HOMING && !stuck && isAbove(cache.settings().low()); i++) {
            long block = cache.slots().victim();
            if (block < 0) {
                stuck = true;
            } else if (!evict(block, null) && cache.map().get(block) == Cache.DIRTY) {
                homed++;
                stuck = !bringHome(block);
                evict(block, null);
            }
        }
        if (isAbove(cache.settings().low())) {
            schedule(stuck || cache.slots().inUse() >= before ? AGAIN : Duration.ZERO);
        } else {
            scheduled.set(false);
        }
    }

    private boolean bringHome(long block) {
        for (Behind device : cache.devices()) {
            if (device.info().isWritable() && device.tryBorrow()) {
                try {
                    homing.group(device, cache.start(block));
                    failing = false;
                    return true;
                } catch (IOException e) {
                    report(e);
                    return false;
                } finally {
                    device.giveBack();
                }
            }
        }
        return false;
    }

    /** Once, until it works again: who flushes is told as well. */
    private void report(IOException e) {
        if (!failing) {
            LOG.log(Level.WARNING, "cache: blocks of export '" + cache.export() + "' can't be brought home: " + e.getMessage());
        }
        failing = true;
    }

    /**
     * Makes room at once.
     *
     * @param held a stripe whose lock the caller has
     * @return whether there was anything to try
     */
    boolean evictClean(Stripe held) {
        long block = cache.slots().victim();
        if (block >= 0) {
            evict(block, held);
        }
        return block >= 0;
    }

    /** Takes a clean block out, unless its part of the disk is busy. */
    private boolean evict(long block, Stripe held) {
        Stripe stripe = cache.stripe(cache.start(block));
        if (stripe == held) {
            return evict(stripe, block);
        }
        long stamp = stripe.lock.tryWriteLock();
        if (stamp == 0) {
            return false;
        }
        try {
            return evict(stripe, block);
        } finally {
            stripe.lock.unlockWrite(stamp);
        }
    }

    private boolean evict(Stripe stripe, long block) {
        if (cache.map().get(block) != Cache.CLEAN || stripe.index.get(block) < 0) {
            return false;
        }
        try {
            cache.drop(stripe, block);
        } catch (NbdException e) {
            throw new IllegalStateException("a block that is taken out needs no memory", e);
        }
        return true;
    }
}
