package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ProgressTest {
    private final Progress progress = new Progress();

    @Test
    void whoDoesNotWaitIsNotStalled() {
        progress.moved(5);
        assertEquals(0, progress.stalledNanos(100));
        assertEquals(0, progress.stalledNanos(900));
    }

    @Test
    void whoWaitsIsStalledSinceTheFirstLookThatSawIt() {
        progress.begin();
        assertEquals(0, progress.stalledNanos(100));
        assertEquals(30, progress.stalledNanos(130));
        progress.end();
        assertEquals(0, progress.stalledNanos(140));
        progress.begin();
        assertEquals(0, progress.stalledNanos(150));
        assertEquals(10, progress.stalledNanos(160));
    }

    @Test
    void enoughBytesAreProgressAndAFewAreNot() {
        progress.begin();
        progress.stalledNanos(100);
        progress.moved(Progress.LEAST);
        assertEquals(0, progress.stalledNanos(200));
        progress.moved(Progress.LEAST - 1);
        assertEquals(50, progress.stalledNanos(250));
        progress.moved(1);
        assertEquals(0, progress.stalledNanos(300));
    }
}
