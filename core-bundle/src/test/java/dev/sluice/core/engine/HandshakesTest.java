package dev.sluice.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.Files;
import dev.sluice.core.chain.Services;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.RealPlatform;
import dev.sluice.core.util.Timers;
import dev.sluice.core.util.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandshakesTest {
    private final RealPlatform platform = new RealPlatform();
    private final Workers workers = new Workers(platform, "worker", 16);
    private final Timers timers = new Timers(platform);
    private final AtomicInteger crowded = new AtomicInteger();
    private final AtomicInteger entered = new AtomicInteger();
    private final Handshakes handshakes = new Handshakes(new Services(platform, new BufferPool(platform, 1 << 20), new Files(), workers,
            timers, Path.of("/tmp"), () -> { }), crowded::incrementAndGet);

    @AfterEach
    void close() {
        timers.close();
        workers.close();
    }

    private CountDownLatch run() {
        CountDownLatch release = new CountDownLatch(1);
        handshakes.run(() -> {
            entered.incrementAndGet();
            Background.await(release);
        });
        return release;
    }

    @Test
    void aQuarterOfTheThreadsIsForHandshakesAndTheNextOneWaits() throws Exception {
        List<CountDownLatch> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(run());
        }
        Background.until(() -> entered.get() == 4, "four run");
        assertEquals(0, crowded.get());
        all.add(run());
        assertEquals(1, handshakes.waiting());
        assertEquals(1, crowded.get());
        all.get(0).countDown();
        Background.until(() -> entered.get() == 5, "the fifth runs");
        assertEquals(0, handshakes.waiting());
        all.forEach(CountDownLatch::countDown);
    }

    @Test
    void whoFindsAllThreadsBusyGetsOneLater() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        for (int i = 0; i < 16; i++) {
            workers.tryRun(() -> Background.await(busy));
        }
        CountDownLatch release = run();
        assertEquals(0, entered.get());
        busy.countDown();
        Background.until(() -> entered.get() == 1, "it runs");
        release.countDown();
    }
}
