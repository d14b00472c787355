package dev.sluice.api.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * How long something took: how often, by duration. The bounds of the buckets are the same everywhere and never change:
 * two for each doubling from 256 ns to 34 s, so that no value is off by more than a half.
 *
 * @param counts for each bucket how many durations fell into it; {@link #BUCKETS} of them
 * @param total of all durations
 */
public record Latency(List<Long> counts, Duration total) {
    /** How many buckets there are; the last has no upper bound. */
    public static final int BUCKETS = 56;
    /** Nothing yet. */
    public static final Latency NONE = new Latency(Arrays.asList(zeroes()), Duration.ZERO);

    private static final int FIRST_EXPONENT = 8;

    /** Copies the list. */
    public Latency {
        if (counts.size() != BUCKETS) {
            throw new IllegalArgumentException(counts.size() + " buckets where there are " + BUCKETS);
        }
        counts = List.copyOf(counts);
    }

    private static Long[] zeroes() {
        Long[] none = new Long[BUCKETS];
        Arrays.fill(none, 0L);
        return none;
    }

    /** The bucket of a duration in nanoseconds. */
    public static int bucket(long nanos) {
        if (nanos <= 1L << FIRST_EXPONENT) {
            return 0;
        }
        long below = nanos - 1;
        int exponent = 63 - Long.numberOfLeadingZeros(below);
        int half = (int) (below >>> (exponent - 1)) & 1;
        return Math.min(BUCKETS - 1, 1 + 2 * (exponent - FIRST_EXPONENT) + half);
    }

    /** The largest duration of a bucket, in nanoseconds; that of the last is {@link Long#MAX_VALUE}. */
    public static long bound(int bucket) {
        if (bucket == 0) {
            return 1L << FIRST_EXPONENT;
        }
        if (bucket >= BUCKETS - 1) {
            return Long.MAX_VALUE;
        }
        int exponent = FIRST_EXPONENT + (bucket - 1) / 2;
        return (bucket & 1) == 1 ? 3L << (exponent - 1) : 2L << exponent;
    }

    /** How many durations there are. */
    public long count() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /**
     * What a share of the durations does not exceed: the bound of its bucket.
     *
     * @param share from 0 to 1; 0.99 for the 99th percentile
     * @return zero if there are no durations; the largest bound there is where the bucket has none
     */
    public Duration quantile(double share) {
        long count = count();
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int i = 0; count > 0 && i < BUCKETS; i++) {
            seen += counts.get(i);
            if (seen >= rank) {
                return Duration.ofNanos(bound(Math.min(i, BUCKETS - 2)));
            }
        }
        return Duration.ZERO;
    }

    /** The mean; zero if there are no durations. */
    public Duration mean() {
        long count = count();
        return count == 0 ? Duration.ZERO : total.dividedBy(count);
    }
}
