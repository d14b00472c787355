package dev.sluice.filter.stats;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many requests took how long, in buckets that grow with the time: each power of two of nanoseconds is cut into 16, so
 * that a bucket's bound is at most 6% off. Up to about 18 minutes; what takes longer goes into the last bucket. Counting
 * allocates nothing. Safe for use by several threads.
 */
final class Latencies {
    private static final int BITS = 4;
    private static final int PARTS = 1 << BITS;
    private static final int POWERS = 36;
    /** How many buckets there are. */
    static final int BUCKETS = (POWERS + 1) * PARTS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    /** One more request that took this long. */
    void add(long nanos) {
        counts.getAndIncrement(bucket(nanos));
    }

    /** Adds all counts of the other one, and takes them away there. */
    void take(Latencies other) {
        for (int i = 0; i < BUCKETS; i++) {
            if (other.counts.get(i) != 0) {
                counts.getAndAdd(i, other.counts.getAndSet(i, 0));
            }
        }
    }

    /** Adds these counts. */
    void add(long[] more) {
        for (int i = 0; i < Math.min(more.length, BUCKETS); i++) {
            counts.getAndAdd(i, more[i]);
        }
    }

    /** A copy of the counts of all buckets. */
    long[] counts() {
        long[] copy = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }

    /** Which bucket a time belongs to. */
    static int bucket(long nanos) {
        if (nanos < PARTS) {
            return (int) Math.max(0, nanos);
        }
        int power = 63 - Long.numberOfLeadingZeros(nanos);
        int part = (int) (nanos >>> (power - BITS)) & (PARTS - 1);
        return Math.min(BUCKETS - 1, (power - BITS + 1) * PARTS + part);
    }

    /** The longest time that belongs to a bucket, in nanoseconds. */
    static long bound(int bucket) {
        if (bucket < PARTS) {
            return bucket;
        }
        int shift = bucket / PARTS - 1;
        return ((long) (PARTS + bucket % PARTS + 1) << shift) - 1;
    }

    /**
     * The time that this share of the requests did not exceed, in nanoseconds; 0 if there are none.
     *
     * @param counts of all buckets
     * @param share 0 .. 1
     */
    static long percentile(long[] counts, double share) {
        long total = 0;
        for (long c : counts) {
            total += c;
        }
        long wanted = (long) Math.max(1, Math.ceil(total * share));
        long seen = 0;
        for (int i = 0; i < counts.length && total > 0; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return bound(i);
            }
        }
        return 0;
    }
}
