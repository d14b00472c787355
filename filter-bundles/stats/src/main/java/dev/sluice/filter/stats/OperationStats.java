package dev.sluice.filter.stats;

import java.util.stream.IntStream;

/** What one operation came to, in a form that JMX can carry. Times are in nanoseconds. */
public final class OperationStats {
    private final Summary summary;

    OperationStats(Summary summary) {
        this.summary = summary;
    }

    /** Its name. */
    public String getOperation() {
        return summary.operation();
    }

    /** Requests that succeeded. */
    public long getRequests() {
        return summary.requests();
    }

    /** Requests that failed. */
    public long getFailures() {
        return summary.failures();
    }

    /** Of the requests that succeeded. */
    public long getBytes() {
        return summary.bytes();
    }

    /** All times added up. */
    public long getNanos() {
        return summary.nanos();
    }

    /** Half of the requests took no longer. */
    public long getP50() {
        return summary.percentile(0.5);
    }

    /** Nine of ten. */
    public long getP90() {
        return summary.percentile(0.9);
    }

    /** 99 of 100. */
    public long getP99() {
        return summary.percentile(0.99);
    }

    /** 999 of 1000. */
    public long getP999() {
        return summary.percentile(0.999);
    }

    /** The slowest one. */
    public long getMax() {
        return summary.longest();
    }

    /** The longest time of each bucket that is not empty. */
    public long[] getBucketBounds() {
        return buckets().mapToLong(Latencies::bound).toArray();
    }

    /** The requests in each bucket that is not empty. */
    public long[] getBucketCounts() {
        return buckets().mapToLong(i -> summary.latencies()[i]).toArray();
    }

    private IntStream buckets() {
        long[] all = summary.latencies();
        return IntStream.range(0, all.length).filter(i -> all[i] > 0);
    }
}
