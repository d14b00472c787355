package dev.sluice.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.SlowRequest;
import dev.sluice.api.runtime.SwapRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecorderTest {
    @TempDir
    private Path directory;

    @Test
    void eventsAreInTheRecordingThatWantsThem() throws Exception {
        FlightRecorder recorder = new FlightRecorder();
        Path file = directory.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.sluice.SlowRequest");
            recording.enable("dev.sluice.Swap");
            recording.start();
            recorder.slow(new SlowRequest("disk", 7, "read", 4096, 512, Duration.ofMillis(250), true));
            recorder.swapped(new SwapRecord(Instant.now(), "disk", "insert delay", "ok", 3, Duration.ofMillis(2), 4, List.of()));
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().startsWith("dev.sluice.")).toList();
        assertEquals(2, events.size());
        RecordedEvent slow = events.get(0);
        assertEquals("dev.sluice.SlowRequest", slow.getEventType().getName());
        assertEquals("disk", slow.getString("export"));
        assertEquals(7, slow.getLong("connection"));
        assertEquals("read", slow.getString("operation"));
        assertEquals(Duration.ofMillis(250), slow.getDuration("took"));
        assertEquals(true, slow.getBoolean("failed"));
        assertEquals("insert delay", events.get(1).getString("what"));
        assertEquals(Duration.ofMillis(2), events.get(1).getDuration("pause"));
        assertEquals(4, events.get(1).getInt("connections"));
    }

    @Test
    void withoutARecordingNothingHappens() throws Exception {
        FlightRecorder recorder = new FlightRecorder();
        recorder.slow(new SlowRequest("disk", 7, "read", 0, 1, Duration.ofMillis(250), false));
    }
}
