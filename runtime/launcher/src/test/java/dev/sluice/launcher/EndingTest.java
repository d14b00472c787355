package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EndingTest {
    private final Ending ending = new Ending(Console.PROCESS);
    private final AtomicInteger stops = new AtomicInteger();

    private Thread signal(CountDownLatch after) {
        Thread thread = new Thread(() -> {
            after.countDown();
            ending.signalled();
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void aSignalStopsWhatIsRunning() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        ending.onStop(stopped::countDown);
        signal(new CountDownLatch(1));
        assertTrue(stopped.await(10, TimeUnit.SECONDS));
    }

    @Test
    void aSignalBeforeTheServerIsUpIsNotForgotten() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        signal(begun);
        assertTrue(begun.await(10, TimeUnit.SECONDS));
        ending.onStop(() -> {
            stops.incrementAndGet();
            stopped.countDown();
        });
        assertTrue(stopped.await(10, TimeUnit.SECONDS));
        assertEquals(1, stops.get());
    }
}
