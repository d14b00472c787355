package dev.sluice.api.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyTest {
    private static Latency of(long... nanos) {
        List<Long> counts = new ArrayList<>(Collections.nCopies(Latency.BUCKETS, 0L));
        long total = 0;
        for (long n : nanos) {
            counts.set(Latency.bucket(n), counts.get(Latency.bucket(n)) + 1);
            total += n;
        }
        return new Latency(counts, Duration.ofNanos(total));
    }

    @Test
    void everyDurationIsInTheBucketWhoseBoundIsTheNextOne() {
        for (int bucket = 0; bucket < Latency.BUCKETS - 1; bucket++) {
            assertEquals(bucket, Latency.bucket(Latency.bound(bucket)));
            assertEquals(bucket + 1, Latency.bucket(Latency.bound(bucket) + 1));
        }
    }

    @Test
    void everyBoundIsAHalfOrAThirdMoreThanTheOneBefore() {
        for (int bucket = 1; bucket < Latency.BUCKETS - 1; bucket++) {
            double ratio = (double) Latency.bound(bucket) / Latency.bound(bucket - 1);
            assertTrue(ratio == 1.5 || Math.abs(ratio - 4.0 / 3) < 1e-9, () -> "ratio " + ratio);
        }
    }

    @Test
    void theEndsOfTheScaleTakeWhatLiesBeyondThem() {
        assertEquals(0, Latency.bucket(0));
        assertEquals(0, Latency.bucket(-5));
        assertEquals(Latency.BUCKETS - 1, Latency.bucket(Long.MAX_VALUE));
        assertEquals(Long.MAX_VALUE, Latency.bound(Latency.BUCKETS - 1));
        assertEquals(Duration.ofNanos(1L << 35), Duration.ofNanos(Latency.bound(Latency.BUCKETS - 2)));
    }

    @Test
    void aQuantileIsTheBoundOfItsBucket() {
        Latency latency = of(1000, 1000, 1000, 1_000_000);
        assertEquals(Duration.ofNanos(1024), latency.quantile(0.5));
        assertEquals(Duration.ofNanos(1024), latency.quantile(0.75));
        assertEquals(Duration.ofNanos(1 << 20), latency.quantile(0.99));
        assertEquals(Duration.ofNanos(1 << 20), latency.quantile(1));
    }

    @Test
    void ofNothingEverythingIsZero() {
        assertEquals(Duration.ZERO, Latency.NONE.quantile(0.99));
        assertEquals(Duration.ZERO, Latency.NONE.mean());
        assertEquals(0, Latency.NONE.count());
    }

    @Test
    void theMeanIsExact() {
        assertEquals(Duration.ofNanos(2000), of(1000, 3000).mean());
    }

    @Test
    void anotherNumberOfBucketsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Latency(List.of(1L), Duration.ZERO));
    }
}
