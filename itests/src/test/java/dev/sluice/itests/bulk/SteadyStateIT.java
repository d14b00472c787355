package dev.sluice.itests.bulk;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.LeakCheck;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Many small requests, after which nothing may have grown. How many: -Dsluice.itests.requests; 16000000 for the long
 * run.
 */
class SteadyStateIT extends ServedTest {
    private static final int IN_FLIGHT = 16;

    private record Usage(long heap, long direct, int threads, long descriptors) {
        static Usage now() {
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            Runtime r = Runtime.getRuntime();
            long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(b -> b.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
            return new Usage(r.totalMemory() - r.freeMemory(), direct, Thread.activeCount(), LeakCheck.descriptorCount());
        }

        boolean isNoMoreThan(Usage before) {
            return heap < before.heap + 16L * Wire.MIB && direct <= before.direct + 4L * Wire.MIB && threads <= before.threads + 4
                    && descriptors <= before.descriptors + 4;
        }
    }

    private static void requests(Session s, long count) throws IOException {
        long[] cookies = new long[IN_FLIGHT];
        byte[] data = new byte[512];
        for (long i = 0; i < count; i += IN_FLIGHT) {
            for (int k = 0; k < IN_FLIGHT; k++) {
                long offset = ((i + k) * 7919 & 0x1ffff) * 512 % (60L * Wire.MIB);
                cookies[k] = k % 4 == 3 ? s.sendWrite(0, offset, data) : s.send(0, Wire.READ, offset, 512);
            }
            for (long cookie : cookies) {
                s.result(cookie).ok();
            }
        }
    }

    @Test
    void manySmallRequestsMakeNothingGrow() throws Exception {
        long count = Long.getLong("sluice.itests.requests", 100_000L);
        try (Session s = structured(); Session t = simple()) {
            requests(s, 20_000);
            requests(t, 20_000);
            Usage before = Usage.now();
            requests(s, count / 2);
            requests(t, count / 2);
            // threads that helped out on a busy machine end when they have had nothing to do for a while
            Await.until("nothing has grown", Duration.ofSeconds(60), () -> Usage.now().isNoMoreThan(before),
                    () -> before + " -> " + Usage.now());
        }
    }
}
