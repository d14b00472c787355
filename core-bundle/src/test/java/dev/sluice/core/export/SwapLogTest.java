package dev.sluice.core.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.SwapRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SwapLogTest {
    private final SwapLog log = new SwapLog();

    private void add(String export, int when) {
        log.add(new SwapRecord(Instant.ofEpochSecond(when), export, "what", "ok", 0, Duration.ZERO, 0, List.of()));
    }

    @Test
    void theLatestComesFirst() {
        add("a", 1);
        add("b", 3);
        add("a", 2);
        assertEquals(List.of(3L, 2L, 1L), log.all().stream().map(r -> r.when().getEpochSecond()).toList());
    }

    @Test
    void aHundredOfEachExportAreKept() {
        add("other", 0);
        for (int i = 0; i < 150; i++) {
            add("a", i);
        }
        assertEquals(SwapLog.KEPT + 1, log.all().size());
        assertEquals(149, log.all().get(0).when().getEpochSecond());
    }

    @Test
    void theRecordsOfADeletedExportGo() {
        add("a", 1);
        add("b", 1);
        log.forget("a");
        assertEquals(List.of("b"), log.all().stream().map(SwapRecord::export).toList());
    }
}
