package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    private Path directory;

    @Test
    void linesHaveTheirTimeAndAreAppended() throws IOException {
        Path file = directory.resolve("log");
        new LogFile(file, 1000).line("one");
        new LogFile(file, 1000).line("two");
        String text = Files.readString(file);
        assertTrue(text.matches("\\d{4}-\\d\\d-\\d\\dT\\S+Z one\n\\d{4}-\\d\\d-\\d\\dT\\S+Z two\n"), text);
    }

    @Test
    void aFullFileMakesRoomAndOneOldOneIsKept() throws IOException {
        Path file = directory.resolve("log");
        LogFile log = new LogFile(file, 100);
        for (int i = 0; i < 50; i++) {
            log.line("line " + i);
        }
        assertTrue(Files.size(file) < 150);
        assertTrue(Files.size(directory.resolve("log.1")) < 150);
        try (var files = Files.list(directory)) {
            assertEquals(2, files.count());
        }
    }
}
