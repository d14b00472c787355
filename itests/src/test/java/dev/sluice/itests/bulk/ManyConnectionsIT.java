package dev.sluice.itests.bulk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.LeakCheck;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many clients at once, and many one after the other. */
class ManyConnectionsIT extends ServedTest {
    @Test
    void sixtyFourClientsAtOnceReadWhatTheyWrote() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(64);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int n = 0; n < 64; n++) {
                int number = n;
                all.add(threads.submit(() -> {
                    try (Session s = RawNbdClient.greeted(number % 2 == 0 ? server.address() : server.tcp()).structured().go("")) {
                        long base = number * (long) Wire.MIB;
                        for (int i = 0; i < 50; i++) {
                            byte[] data = Pattern.bytes(number * 1000L + i, base, 16_384);
                            s.write(base, data).ok();
                            assertArrayEquals(data, s.read(base, data.length).data());
                        }
                        s.disconnect();
                    }
                    return null;
                }));
            }
            for (Future<?> f : all) {
                f.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
            assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void twoHundredIdleClientsCostNoThreadEach() throws Exception {
        List<Session> idle = new ArrayList<>();
        try {
            int before = Thread.activeCount();
            for (int i = 0; i < 200; i++) {
                idle.add(simple());
            }
            for (Session s : idle) {
                s.stillWorks();
            }
            Await.until("there are few threads", () -> Thread.getAllStackTraces().size() < before + 100);
        } finally {
            for (Session s : idle) {
                s.close();
            }
        }
    }

    @Test
    void aThousandClientsOneAfterTheOtherLeaveNoDescriptor() throws Exception {
        for (int i = 0; i < 50; i++) {
            simple().close();
        }
        nothingIsLeftOverNow();
        long before = LeakCheck.descriptorCount();
        for (int i = 0; i < 1000; i++) {
            try (Session s = i % 2 == 0 ? simple() : structured()) {
                s.stillWorks();
                if (i % 3 == 0) {
                    s.disconnect();
                }
            }
        }
        nothingIsLeftOverNow();
        Await.until("descriptors are back", Duration.ofSeconds(60), () -> LeakCheck.descriptorCount() <= before + 10,
                () -> before + " descriptors before, now: " + LeakCheck.descriptors());
    }

    private void nothingIsLeftOverNow() {
        Await.until("the server knows of no connection", () -> server.connections() == 0);
    }
}
