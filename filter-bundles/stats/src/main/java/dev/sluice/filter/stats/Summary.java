package dev.sluice.filter.stats;

import java.util.Map;

/**
 * What one operation came to.
 *
 * @param operation its name
 * @param requests that succeeded
 * @param failures requests that did not
 * @param bytes of those that succeeded
 * @param nanos time of those that succeeded, added up
 * @param longest nanoseconds of the slowest one
 * @param latencies buckets of {@link Latencies}
 * @param sizes rows of {@link Shapes} by the number of bits of the size
 */
record Summary(String operation, long requests, long failures, long bytes, long nanos, long longest, long[] latencies,
        Map<Integer, long[]> sizes) {

    /** The time that this share of the requests did not exceed, in nanoseconds. */
    long percentile(double share) {
        return Math.min(longest, Latencies.percentile(latencies, share));
    }
}
