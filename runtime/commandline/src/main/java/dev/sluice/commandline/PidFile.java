package dev.sluice.commandline;

import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file of {@code -P}: this process's id and a line feed, for as long as clients can come. */
final class PidFile {
    private final Path file;
    private final String content;

    PidFile(Path file, long pid) {
        this.file = file;
        this.content = pid + "\n";
    }

    /**
     * Writes it, over an older one.
     *
     * @throws UsageException if it can't be written
     */
    void write() throws UsageException {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw UsageException.error("-P: can't write " + file + ": " + Failures.reason(e));
        }
    }

    /** Deletes it unless another server has written itself in meanwhile. */
    void remove() throws IOException {
        try {
            if (Files.isRegularFile(file) && Files.readString(file).equals(content)) {
                Files.deleteIfExists(file);
            }
        } catch (AccessDeniedException e) {
            // the user of -u may not; nbdkit leaves the file to everybody
            System.getLogger(PidFile.class.getName()).log(System.Logger.Level.DEBUG, "the file of -P stays: " + e.getMessage());
        }
    }
}
