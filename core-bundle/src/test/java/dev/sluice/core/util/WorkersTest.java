package dev.sluice.core.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final Workers workers = new Workers(platform, "w", 2);
    private final CountDownLatch release = new CountDownLatch(1);

    private Thread busy() {
        AtomicReference<Thread> who = new AtomicReference<>();
        CountDownLatch runs = new CountDownLatch(1);
        assertTrue(workers.tryRun(() -> {
            who.set(Thread.currentThread());
            runs.countDown();
            Background.await(release);
        }));
        Background.await(runs);
        return who.get();
    }

    @Test
    void aFullPoolSaysSoAtOnce() {
        busy();
        busy();
        assertFalse(workers.tryRun(() -> { }));
        release.countDown();
    }

    @Test
    void anIdleThreadIsUsedAgain() {
        Thread first = busy();
        release.countDown();
        platform.awaitParked(1);
        assertSame(first, busy());
        assertEquals(1, workers.threads());
    }

    @Test
    void anIdleThreadEndsAfterItsTime() throws Exception {
        busy();
        release.countDown();
        platform.awaitParked(1);
        platform.advance(Workers.IDLE);
        Background.until(() -> workers.threads() == 0, "no thread");
    }

    @Test
    void aThreadSurvivesWorkThatFails() {
        assertTrue(workers.tryRun(() -> {
            throw new IllegalStateException("this failure is part of a test");
        }));
        platform.awaitParked(1);
        assertEquals(1, workers.threads());
    }

    @Test
    void closingEndsIdleThreadsAndTakesNoWork() {
        busy();
        release.countDown();
        platform.awaitParked(1);
        workers.close();
        assertTrue(workers.awaitEnd(Deadline.after(platform, Duration.ofSeconds(1))));
        assertFalse(workers.tryRun(() -> { }));
    }

    @Test
    void theEndWaitsForBusyThreads() throws Exception {
        busy();
        workers.close();
        Background<Boolean> end = Background.run(() -> workers.awaitEnd(Deadline.after(platform, Duration.ofSeconds(1))));
        platform.awaitWaiting("workers w", 1);
        assertFalse(end.isDone());
        release.countDown();
        assertTrue(end.result());
    }

    @Test
    void theEndIsNotWaitedForBeyondTheDeadline() throws Exception {
        busy();
        workers.close();
        Background<Boolean> end = Background.run(() -> workers.awaitEnd(Deadline.after(platform, Duration.ofSeconds(1))));
        platform.awaitWaiting("workers w", 1);
        platform.advance(Duration.ofSeconds(1));
        assertFalse(end.result());
        release.countDown();
    }

    @Test
    void aSystemWithoutThreadsIsAFullPool() {
        platform.refuseThreads(true);
        assertFalse(workers.tryRun(() -> { }));
        assertEquals(0, workers.threads());
    }
}
