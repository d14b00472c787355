package dev.sluice.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Lines with their time in a file; when it is full it becomes {@code NAME.1} in the place of the one before. */
final class LogFile {
    private final Path file;
    private final long most;
    private PrintStream out;
    private long written;

    /**
     * Appends to a file.
     *
     * @param most bytes, about
     */
    LogFile(Path file, long most) throws IOException {
        this.file = file;
        this.most = most;
        open();
    }

    private void open() throws IOException {
        written = Files.exists(file) ? Files.size(file) : 0;
        out = new PrintStream(Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), true,
                StandardCharsets.UTF_8);
    }

    /** Writes a line, or several. A disk that is full loses them: the server goes on. */
    synchronized void line(String text) {
        String line = Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + text;
        out.println(line);
        written += line.length() + 1L;
        if (written >= most) {
            out.close();
            try {
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
                open();
            } catch (IOException e) {
                // nowhere to say it; lines go nowhere until the next try
                written = 0;
            }
        }
    }
}
