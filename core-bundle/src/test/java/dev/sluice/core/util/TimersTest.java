package dev.sluice.core.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimersTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final Timers timers = new Timers(platform);

    @AfterEach
    void close() {
        timers.close();
    }

    @Test
    void anActionRunsWhenItsTimeHasCome() {
        CountDownLatch ran = new CountDownLatch(1);
        timers.after(Duration.ofSeconds(3), ran::countDown);
        platform.awaitWaiting("timers", 1);
        platform.advance(Duration.ofSeconds(2));
        platform.awaitWaiting("timers", 1);
        assertEquals(1, ran.getCount());
        platform.advance(Duration.ofSeconds(1));
        Background.await(ran);
    }

    @Test
    void actionsRunInTheOrderOfTheirTimes() {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch all = new CountDownLatch(3);
        for (String each : List.of("3", "1", "2")) {
            timers.after(Duration.ofSeconds(Integer.parseInt(each)), () -> {
                order.add(each);
                all.countDown();
            });
        }
        platform.awaitWaiting("timers", 1);
        platform.advance(Duration.ofSeconds(3));
        Background.await(all);
        assertEquals(List.of("1", "2", "3"), order);
    }

    @Test
    void aCancelledActionDoesNotRun() {
        CountDownLatch ran = new CountDownLatch(1);
        CountDownLatch later = new CountDownLatch(1);
        Timers.Timer timer = timers.after(Duration.ofSeconds(1), ran::countDown);
        timers.after(Duration.ofSeconds(2), later::countDown);
        assertTrue(timer.cancel());
        platform.awaitWaiting("timers", 1);
        platform.advance(Duration.ofSeconds(2));
        Background.await(later);
        assertEquals(1, ran.getCount());
    }

    @Test
    void anActionThatHasRunCanNotBeCancelled() {
        CountDownLatch ran = new CountDownLatch(1);
        Timers.Timer timer = timers.after(Duration.ZERO, ran::countDown);
        Background.await(ran);
        assertFalse(timer.cancel());
    }

    @Test
    void anActionThatFailsDoesNotEndTheOthers() {
        CountDownLatch ran = new CountDownLatch(1);
        timers.after(Duration.ZERO, () -> {
            throw new IllegalStateException("this failure is part of a test");
        });
        timers.after(Duration.ZERO, ran::countDown);
        Background.await(ran);
    }

    @Test
    void nothingRunsAfterTheClose() {
        timers.close();
        assertFalse(timers.after(Duration.ZERO, () -> { }).cancel());
    }

    @Test
    void theThreadEndsWhenThereIsNothingToWaitFor() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        timers.after(Duration.ZERO, ran::countDown);
        Background.await(ran);
        platform.awaitWaiting("timers", 1);
        platform.advance(Workers.IDLE);
        Background.until(() -> platform.threadsAlive() == 0, "the thread has ended");
    }

    @Test
    void aDelayOfAgesIsNoError() {
        assertTrue(timers.after(Duration.ofSeconds(Long.MAX_VALUE), () -> { }).cancel());
    }

    @Test
    void aSystemWithoutThreadsForAMomentDoesNotEndAllTimers() {
        CountDownLatch ran = new CountDownLatch(2);
        platform.refuseThreads(true);
        timers.after(Duration.ZERO, ran::countDown);
        platform.refuseThreads(false);
        timers.after(Duration.ZERO, ran::countDown);
        Background.await(ran);
    }
}
