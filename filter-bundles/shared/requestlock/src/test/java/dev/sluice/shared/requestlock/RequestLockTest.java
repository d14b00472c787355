package dev.sluice.shared.requestlock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.ManualCancellation;
import dev.sluice.api.contract.ManualClock;
import dev.sluice.api.contract.SeededRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestLockTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final RequestLock lock = new RequestLock();
    private final ManualCancellation cancellation = new ManualCancellation(new ManualClock());
    private final ExecutorService pool = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    @Test
    void manyCanShareIt() throws Exception {
        lock.share(cancellation);
        assertTimeoutPreemptively(DEADLINE, () -> lock.share(cancellation));
        lock.unshare();
        lock.unshare();
        assertTimeoutPreemptively(DEADLINE, () -> lock.take(cancellation));
    }

    @Test
    void aCancelledWaitToTakeItEndsAndStopsNobody() throws Exception {
        lock.share(cancellation);
        ManualCancellation theirs = new ManualCancellation(new ManualClock());
        Future<?> waiting = pool.submit(() -> {
            lock.take(theirs);
            return null;
        });
        theirs.cancel("the test says so");
        assertShutdown(waiting);
        assertTimeoutPreemptively(DEADLINE, () -> lock.share(cancellation));
    }

    @Test
    void aCancelledWaitToShareItEndsAndStopsNobody() throws Exception {
        lock.take(cancellation);
        ManualCancellation theirs = new ManualCancellation(new ManualClock());
        Future<?> waiting = pool.submit(() -> {
            lock.share(theirs);
            return null;
        });
        theirs.cancel("the test says so");
        assertShutdown(waiting);
        lock.giveBack();
        assertTimeoutPreemptively(DEADLINE, () -> lock.take(cancellation));
    }

    private static void assertShutdown(Future<?> waiting) {
        Exception e = assertThrows(Exception.class, () -> waiting.get(60, TimeUnit.SECONDS));
        assertEquals(NbdError.ESHUTDOWN, ((NbdException) e.getCause()).error());
    }

    @Test
    void whoHasItIsAloneAndEveryoneGetsIt() throws Exception {
        int threads = 8;
        AtomicInteger sharing = new AtomicInteger();
        AtomicInteger alone = new AtomicInteger();
        SeededRandom seeds = SeededRandom.create();
        List<Future<?>> ends = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            SeededRandom random = new SeededRandom(seeds.nextLong());
            ends.add(pool.submit(() -> {
                for (int i = 0; i < 2000; i++) {
                    if (random.nextInt(3) == 0) {
                        lock.take(cancellation);
                        assertEquals(1, alone.incrementAndGet());
                        assertEquals(0, sharing.get());
                        alone.decrementAndGet();
                        lock.giveBack();
                    } else {
                        lock.share(cancellation);
                        sharing.incrementAndGet();
                        assertEquals(0, alone.get());
                        sharing.decrementAndGet();
                        lock.unshare();
                    }
                }
                return null;
            }));
        }
        for (Future<?> end : ends) {
            end.get(60, TimeUnit.SECONDS);
        }
        lock.take(cancellation);
    }
}
