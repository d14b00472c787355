package dev.sluice.core.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    private final ManualPlatform platform = new ManualPlatform();

    @Test
    void timeRunsDown() {
        Deadline d = Deadline.after(platform, Duration.ofSeconds(2));
        platform.advance(Duration.ofSeconds(1));
        assertEquals(1_000_000_000L, d.remainingNanos());
        assertFalse(d.isOver());
    }

    @Test
    void aDeadlineIsOverWhenItsTimeHasCome() {
        Deadline d = Deadline.after(platform, Duration.ofSeconds(2));
        platform.advance(Duration.ofSeconds(2));
        assertTrue(d.isOver());
        assertEquals(0, d.remainingNanos());
    }

    @Test
    void agesAreACentury() {
        assertFalse(Deadline.after(platform, Duration.ofSeconds(Long.MAX_VALUE)).isOver());
    }

    @Test
    void aNegativeTimeIsOver() {
        assertTrue(Deadline.after(platform, Duration.ofSeconds(-1)).isOver());
    }
}
