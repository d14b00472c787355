package dev.sluice.filter.stats;

import dev.sluice.api.SharedFile;
import dev.sluice.api.SharedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * The file for the end. It is opened at the start, so that a mistake shows in time. Who has the lock on it writes it: a
 * layer that was made ready to take over, and then was not needed, does not have it and leaves the file alone.
 */
final class StatsFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.stats");

    private final SharedFile file;
    private final boolean append;
    /** Whose channel the lock is on: this layer's own file, or that of a layer before. */
    private SharedFile locked;
    /** Held only so that it is not collected, which would end it. */
    private FileLock lock;
    private boolean first;

    private StatsFile(SharedFile file, boolean append) {
        this.file = file;
        this.append = append;
    }

    static StatsFile open(SharedFiles files, Path path, boolean append) throws IOException {
        SharedFile file = append ? files.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                : files.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        StatsFile stats = new StatsFile(file, append);
        stats.lock();
        return stats;
    }

    /** Whether no other layer of this server had the file when this one opened it. */
    boolean isFirst() {
        return first;
    }

    void write(String text) throws IOException {
        if (!append) {
            truncate();
        }
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            file.channel().write(bytes);
        }
    }

    private void truncate() {
        try {
            file.channel().truncate(0);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "not a regular file, what is in it stays: " + e.getMessage());
        }
    }

    private void lock() {
        try {
            lock = file.channel().tryLock();
            first = lock != null;
            locked = first ? file.retain() : null;
        } catch (OverlappingFileLockException e) {
            first = false;
        } catch (IOException e) {
            // a pipe or a file system without locks: nothing can be known
            first = true;
        }
    }

    /** Gives the lock away, so that it never ends between two layers; empty if there is none. */
    Map<String, Object> release() {
        if (locked == null) {
            return Map.of();
        }
        Map<String, Object> given = Map.of("file", locked, "lock", lock);
        locked = null;
        lock = null;
        return given;
    }

    /** Takes the lock of the layer before, or gives it up if this layer has one on another file. */
    void adopt(Map<?, ?> given) throws IOException {
        if (given.get("file") instanceof SharedFile before && given.get("lock") instanceof FileLock held) {
            if (locked == null) {
                locked = before;
                lock = held;
            } else {
                before.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (locked != null) {
                locked.close();
            }
        } finally {
            file.close();
        }
    }
}
