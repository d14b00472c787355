package dev.sluice.shared.tokenbucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = Long.MAX_VALUE - SECOND;

    private long now = START;
    private final TokenBucket bucket = new TokenBucket(1000, 2, START);

    private long delay(long tokens) {
        return bucket.pending(bucket.take(tokens, now), now);
    }

    @Test
    void aFullBucketLetsABurstThrough() {
        assertEquals(0, delay(1500));
        assertEquals(0, delay(500));
        assertEquals(SECOND / 1000, delay(1));
    }

    @Test
    void aTakeOfMoreThanTheBucketHoldsWaitsForTheRest() {
        assertEquals(8 * SECOND, delay(10_000));
    }

    @Test
    void turnsComeInTheOrderOfTheTakes() {
        assertEquals(SECOND, delay(3000));
        assertEquals(2 * SECOND, delay(1000));
        assertEquals(2 * SECOND, delay(0));
    }

    @Test
    void timeThatPassesFillsTheBucketToItsCapacityOnly() {
        assertEquals(0, delay(2000));
        now += 100 * SECOND;
        assertEquals(2000, bucket.level(now));
        assertEquals(0, delay(2000));
        assertEquals(SECOND, delay(1000));
    }

    @Test
    void aTurnComesWhenItsTimeHasPassed() {
        long turn = bucket.take(3000, now);
        long first = bucket.pending(turn, now);
        now += first - 1;
        assertTrue(bucket.pending(turn, now) > 0);
        now += 1;
        assertEquals(0, bucket.pending(turn, now));
    }

    @Test
    void smallPiecesOfTimeAreNotLost() {
        assertEquals(0, delay(2000));
        for (int i = 0; i < 3000; i++) {
            now += SECOND / 3000;
            bucket.level(now);
        }
        assertTrue(bucket.level(now) >= 999, "only " + bucket.level(now) + " tokens in a second");
    }

    @Test
    void anotherRateCountsAtOnceForThoseWhoWait() {
        long turn = bucket.take(12_000, now);
        assertEquals(10 * SECOND, bucket.pending(turn, now));
        now += 5 * SECOND;
        bucket.rate(5000, now);
        assertEquals(SECOND, bucket.pending(turn, now));
        bucket.rate(0, now);
        assertEquals(0, bucket.pending(turn, now));
    }

    @Test
    void aRateOfZeroIsNoLimit() {
        bucket.rate(0, now);
        assertEquals(0, delay(Long.MAX_VALUE >> 3));
        assertTrue(bucket.isFull(now));
    }

    @Test
    void aLimitThatIsSwitchedOnStartsWithAFullBucket() {
        bucket.rate(0, now);
        assertEquals(0, delay(1_000_000));
        bucket.rate(10, now);
        assertEquals(20, bucket.level(now));
    }

    @Test
    void aBucketThatBecomesSmallerLosesWhatDoesNotFit() {
        bucket.rate(10, now);
        assertEquals(20, bucket.level(now));
    }

    @Test
    void whoeverGivesUpLetsOthersGoEarlier() {
        bucket.take(5000, now);
        long second = bucket.take(1000, now);
        assertEquals(4 * SECOND, bucket.pending(second, now));
        bucket.putBack(5000, now);
        assertEquals(0, bucket.pending(second, now));
    }

    @Test
    void aLevelIsTakenOver() {
        bucket.level(-500, now);
        assertEquals(-500, bucket.level(now));
        assertEquals(SECOND / 2, delay(0));
        bucket.level(1_000_000, now);
        assertEquals(2000, bucket.level(now));
    }

    @Test
    void aBucketIsFullOnlyWithAllItsTokens() {
        assertTrue(bucket.isFull(now));
        bucket.take(1, now);
        assertFalse(bucket.isFull(now));
    }

    @Test
    void theLargestRateDoesNotOverflow() {
        TokenBucket large = new TokenBucket(Long.MAX_VALUE, 1000, now);
        assertEquals(0, large.pending(large.take(Long.MAX_VALUE >> 3, now), now));
        now += 1000 * SECOND;
        assertTrue(large.level(now) > 0);
        assertEquals(0, large.pending(large.take(1 << 30, now), now));
    }

    @Test
    void aClockThatStandsStillGivesNothing() {
        delay(2000);
        assertEquals(0, bucket.level(now - SECOND));
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(-1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> bucket.rate(-1, 0));
    }
}
