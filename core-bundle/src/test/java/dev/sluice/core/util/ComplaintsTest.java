package dev.sluice.core.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ComplaintsTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final Timers timers = new Timers(platform);
    private final Complaints complaints = new Complaints(platform, timers);
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private final System.Logger log = new System.Logger() {
        @Override
        public String getName() {
            return "test";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            lines.add(message);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            lines.add(format);
        }
    };

    @AfterEach
    void close() {
        timers.close();
    }

    private void complain(String subject, int times) {
        for (int i = 0; i < times; i++) {
            complaints.warn(log, subject, subject + " " + i);
        }
    }

    private void aPeriodPasses(int linesThen) {
        platform.awaitWaiting("timers", 1);
        platform.advance(Complaints.PERIOD);
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (lines.size() < linesThen && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(linesThen, lines.size());
    }

    @Test
    void someAreLoggedAndOfTheOthersOnlyHowManyThereWere() {
        complain("export a", Complaints.LINES + 7);
        assertEquals(Complaints.LINES, lines.size());
        aPeriodPasses(Complaints.LINES + 1);
        assertEquals("export a: 7 more warnings about clients were left out in the last 60 s", lines.get(Complaints.LINES));
    }

    @Test
    void theNextPeriodHasLinesOfItsOwn() {
        complain("export a", Complaints.LINES + 7);
        aPeriodPasses(Complaints.LINES + 1);
        complain("export a", 1);
        assertEquals("export a 0", lines.get(Complaints.LINES + 1));
    }

    @Test
    void eachSubjectHasLinesOfItsOwn() {
        complain("export a", Complaints.LINES + 7);
        complain("export b", 3);
        assertEquals(Complaints.LINES + 3, lines.size());
    }

    @Test
    void nothingIsSaidOfAPeriodWithoutMore() {
        complain("export a", Complaints.LINES);
        complain("export b", Complaints.LINES + 1);
        aPeriodPasses(2 * Complaints.LINES + 1);
        assertTrue(lines.get(2 * Complaints.LINES).startsWith("export b: 1 more"));
    }

    @Test
    void subjectsWithoutBoundCostBoundedMemory() {
        for (int i = 0; i < Complaints.SUBJECTS + 100; i++) {
            complaints.warn(log, "export " + i, "a line");
        }
        assertEquals(Complaints.SUBJECTS + Complaints.LINES, lines.size());
        aPeriodPasses(Complaints.SUBJECTS + Complaints.LINES + 1);
        assertEquals("others: 80 more warnings about clients were left out in the last 60 s", lines.get(lines.size() - 1));
    }
}
