package dev.sluice.filter.log;

import dev.sluice.api.SharedFile;
import dev.sluice.api.SharedFiles;
import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file that lines go into. It is opened to append, so that two layers that write into it, such as a layer and its
 * successor in a swap, do not overwrite each other; and it is emptied only by the one that gets the lock on it, so that
 * a successor does not lose the lines of the layer before. Safe for use by several threads.
 */
final class LogFile {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.log");

    private final Path path;
    private SharedFile file;
    /** Held only so that it is not collected, which would end it. */
    private FileLock lock;
    private boolean failing;

    private LogFile(Path path, SharedFile file) {
        this.path = path;
        this.file = file;
    }

    /** Opens the file, makes it if it is missing, and empties it unless it is to be kept or somebody writes into it. */
    static LogFile open(SharedFiles files, Path path, boolean append) throws IOException {
        LogFile log = new LogFile(path, files.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        try {
            boolean first = log.lock();
            if (first && !append && Files.isRegularFile(path)) {
                log.file.channel().truncate(0);
            }
            return log;
        } catch (IOException e) {
            log.close();
            throw e;
        }
    }

    /** Writes a line; a failure is logged once, until a line is written again, and does not disturb the client. */
    synchronized void line(String line) {
        if (file == null) {
            return;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.channel().write(bytes);
            }
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.log(System.Logger.Level.WARNING, "lines are lost, " + path + " can't be written: " + Failures.reason(e));
            }
            failing = true;
        }
    }

    /** Gives the open file away, which keeps the lock until the successor has it. */
    synchronized SharedFile release() {
        SharedFile given = file;
        file = null;
        return given;
    }

    /** Takes over: the layer before has written its last line. */
    synchronized void adopt(SharedFile handed) throws IOException {
        if (file == null) {
            file = handed;
        } else {
            // the own file was opened by name just now, and is right even if the handed one was renamed meanwhile
            handed.close();
        }
        lock();
    }

    synchronized void close() throws IOException {
        if (file != null) {
            SharedFile last = file;
            file = null;
            last.close();
        }
    }

    /** Whether nobody else in this server writes into the file. */
    private boolean lock() {
        try {
            FileLock got = file.channel().tryLock();
            lock = got == null ? lock : got;
            return got != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            // a pipe or a file system without locks: nothing can be known
            return true;
        }
    }
}
