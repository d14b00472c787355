package dev.sluice.core.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.Latency;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.core.util.Background;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestCountersTest {
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int FLUSH = 3;

    private final RequestCounters counters = new RequestCounters();

    @Test
    void whatNeverCameIsNotThere() {
        assertEquals(List.of(), counters.operations());
        assertEquals(0, counters.requests());
    }

    @Test
    void bothHalvesAreAdded() {
        counters.leaderDid(READ, 1000, 4096, false);
        counters.did(READ, 1000, 512, false);
        OperationMetrics read = counters.operations().get(0);
        assertEquals("read", read.operation());
        assertEquals(2, read.requests());
        assertEquals(4608, read.bytes());
        assertEquals(Duration.ofNanos(2000), read.latency().total());
        assertEquals(2, read.latency().counts().get(Latency.bucket(1000)));
    }

    @Test
    void aFailedRequestCountsNoBytes() {
        counters.leaderDid(WRITE, 1000, 4096, true);
        counters.did(WRITE, 1000, 4096, true);
        assertEquals(2, counters.errors());
        assertEquals(0, counters.bytesWritten());
        assertEquals(2, counters.requests());
    }

    @Test
    void aRefusedRequestIsAnErrorWithoutLatency() {
        counters.refused(FLUSH);
        OperationMetrics flush = counters.operations().get(0);
        assertEquals("flush", flush.operation());
        assertEquals(1, flush.requests());
        assertEquals(1, flush.errors());
        assertEquals(0, flush.latency().count());
    }

    @Test
    void anUnknownTypeIsOther() {
        counters.refused(77);
        counters.refused(-1);
        assertEquals("other", counters.operations().get(0).operation());
        assertEquals(2, counters.requests());
    }

    @Test
    void nothingOfManyThreadsIsLost() throws Exception {
        List<Background<Boolean>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Background.run(() -> {
                for (int i = 0; i < 10_000; i++) {
                    counters.did(WRITE, i, 1, false);
                }
                return true;
            }));
        }
        for (Background<Boolean> thread : threads) {
            thread.result();
        }
        assertEquals(40_000, counters.requests());
        assertEquals(40_000, counters.bytesWritten());
    }

    @Test
    void anExportKeepsWhatConnectionsDidThatHaveLeft() {
        ExportCounters export = new ExportCounters();
        RequestCounters other = new RequestCounters();
        export.begin(counters);
        export.begin(other);
        counters.leaderDid(READ, 1000, 10, false);
        other.did(READ, 1000, 1, false);
        assertEquals(11, export.operations().get(0).bytes());
        export.end(counters);
        export.end(counters);
        assertEquals(11, export.operations().get(0).bytes());
        assertEquals(2, export.operations().get(0).requests());
    }

    @Test
    void aConnectionThatNeverBeganIsNotCounted() {
        ExportCounters export = new ExportCounters();
        counters.leaderDid(READ, 1000, 10, false);
        export.end(counters);
        assertEquals(List.of(), export.operations());
    }
}
