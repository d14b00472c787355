package dev.sluice.core.metrics;

import dev.sluice.api.runtime.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** A histogram that several threads add to. To record costs two additions. */
public final class LatencyCounters {
    private final AtomicLongArray cells = new AtomicLongArray(Latency.BUCKETS + 1);

    /** Something took so long. */
    public void record(long nanos) {
        cells.getAndIncrement(Latency.bucket(nanos));
        cells.getAndAdd(Latency.BUCKETS, nanos);
    }

    /** Adds what another one has. */
    public void add(LatencyCounters other) {
        for (int i = 0; i < cells.length(); i++) {
            cells.getAndAdd(i, other.cells.get(i));
        }
    }

    /** A copy. */
    public Latency latency() {
        return latency(cells);
    }

    static Latency latency(AtomicLongArray cells) {
        List<Long> counts = new ArrayList<>(Latency.BUCKETS);
        for (int i = 0; i < Latency.BUCKETS; i++) {
            counts.add(cells.get(i));
        }
        return new Latency(counts, Duration.ofNanos(cells.get(Latency.BUCKETS)));
    }
}
