package dev.sluice.filter.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void everyTimeBelongsToTheBucketWhoseBoundsAreAroundIt() {
        for (long nanos = 0; nanos < 1L << 39; nanos += 1 + nanos / 97) {
            int bucket = Latencies.bucket(nanos);
            assertTrue(nanos <= Latencies.bound(bucket), nanos + " in " + bucket);
            assertTrue(bucket == 0 || nanos > Latencies.bound(bucket - 1), nanos + " in " + bucket);
            assertTrue(Latencies.bound(bucket) - nanos <= nanos / 16 + 1, nanos + " in " + bucket);
        }
    }

    @Test
    void timesThatAreTooLongGoIntoTheLastBucket() {
        assertEquals(Latencies.BUCKETS - 1, Latencies.bucket(Long.MAX_VALUE));
        assertEquals(0, Latencies.bucket(-1));
    }

    @Test
    void percentilesAreBoundsOfTheBucketThatTheyFallInto() {
        Latencies all = new Latencies();
        for (int i = 1; i <= 1000; i++) {
            all.add(i * 1000L);
        }
        long half = Latencies.percentile(all.counts(), 0.5);
        assertTrue(half >= 500_000 && half <= 532_000, half + " ns");
        assertTrue(Latencies.percentile(all.counts(), 1) >= 1_000_000);
        assertEquals(0, Latencies.percentile(new long[Latencies.BUCKETS], 0.5));
    }

    @Test
    void countsMoveFromOneToTheOther() {
        Latencies from = new Latencies();
        from.add(5);
        Latencies to = new Latencies();
        to.add(5);
        to.take(from);
        assertEquals(2, to.counts()[5]);
        assertEquals(0, from.counts()[5]);
    }
}
