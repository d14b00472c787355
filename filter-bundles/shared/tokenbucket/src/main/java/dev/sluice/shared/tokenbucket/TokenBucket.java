package dev.sluice.shared.tokenbucket;

/**
 * Lets tokens through at a rate, and a burst of them after a pause. Tokens drip into the bucket all the time until it is
 * full; whoever wants some {@linkplain #take takes} them at once, which may leave a debt, and goes on when its
 * {@linkplain #pending turn} has come. So turns come in the order of the takes, however large each of them is, and a
 * change of the rate counts at once also for those who wait.
 *
 * <p>A bucket starts full. Times are nanoseconds of any clock that only grows. Safe for use by several threads; allocates
 * nothing after it was made.
 */
public final class TokenBucket {
    private static final double SECOND = 1e9;

    private final double burst;
    /** Tokens in a second; 0 lets everything through. */
    private volatile long rate;
    /** All tokens that were ever taken; the turn of a take is its value afterwards. */
    private long taken;
    /** All tokens that ever dripped in, and those of the first fill. */
    private long dripped;
    /** Less than one token, which has dripped in as well. */
    private double fraction;
    private long last;

    /**
     * A full bucket.
     *
     * @param rate tokens in a second, 0 for no limit
     * @param burst how many seconds of the rate fit in, more than 0
     * @param now the time
     */
    public TokenBucket(long rate, double burst, long now) {
        if (rate < 0 || !(burst > 0)) {
            throw new IllegalArgumentException("rate " + rate + ", burst " + burst);
        }
        this.rate = rate;
        this.burst = burst;
        this.last = now;
        this.dripped = capacity();
    }

    /** Tokens in a second; 0: no limit. */
    public long rate() {
        return rate;
    }

    /** Changes the rate; a bucket that becomes smaller loses what does not fit, one that had no limit becomes full. */
    public synchronized void rate(long tokens, long now) {
        if (tokens < 0) {
            throw new IllegalArgumentException("rate " + tokens);
        }
        boolean wasOff = rate == 0;
        drip(now);
        rate = tokens;
        dripped = wasOff ? taken + capacity() : Math.min(dripped, taken + capacity());
    }

    /**
     * Takes tokens.
     *
     * @param tokens 0 or more
     * @return the turn, for {@link #pending}
     */
    public synchronized long take(long tokens, long now) {
        drip(now);
        taken += tokens;
        return taken;
    }

    /** How long until this turn has come, in nanoseconds; 0: it has come. */
    public synchronized long pending(long turn, long now) {
        drip(now);
        if (rate == 0 || dripped - turn >= 0) {
            return 0;
        }
        double nanos = Math.ceil((turn - dripped - fraction) / rate * SECOND);
        // at least one, or a rounding error would let somebody spin
        return (long) Math.max(1, Math.min(nanos, Long.MAX_VALUE >> 1));
    }

    /** Puts tokens back that were taken and not used, because whoever wanted them has given up: others go earlier. */
    public synchronized void putBack(long tokens, long now) {
        drip(now);
        dripped += tokens;
    }

    /** How many tokens are in the bucket; less than 0 is a debt. */
    public synchronized long level(long now) {
        drip(now);
        return dripped - taken;
    }

    /** Fills or empties the bucket to this level, at most to its capacity. */
    public synchronized void level(long tokens, long now) {
        last = now;
        fraction = 0;
        dripped = taken + Math.min(tokens, capacity());
    }

    /** Whether nothing is missing, so that a new bucket would be the same. */
    public synchronized boolean isFull(long now) {
        drip(now);
        return rate == 0 || dripped - taken >= capacity();
    }

    private long capacity() {
        // a quarter of the range, so that sums of two never overflow
        return (long) Math.min(rate * burst, (double) (Long.MAX_VALUE >> 2));
    }

    private void drip(long now) {
        long passed = now - last;
        if (passed <= 0) {
            return;
        }
        last = now;
        long room = taken + capacity() - dripped;
        double drops = passed / SECOND * rate + fraction;
        if (drops >= room) {
            dripped += Math.max(room, 0);
            fraction = 0;
        } else {
            long whole = (long) drops;
            dripped += whole;
            fraction = drops - whole;
        }
    }
}
