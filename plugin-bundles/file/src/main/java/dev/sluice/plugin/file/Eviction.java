package dev.sluice.plugin.file;

import dev.sluice.api.NbdException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps data out of the page cache (cache=none). What was read is dropped at once. What was written can only be dropped
 * after it has reached the disk: writing is started at once, and waited for some writes later, when it is likely to be
 * done. Safe for use by several threads.
 */
final class Eviction {
    /** How many written ranges are under way at a time: enough to keep a disk busy, little enough to stay small. */
    private static final int WINDOWS = 8;

    private final LibCFile file;
    /** Guarded by this. */
    private final Deque<Range> written = new ArrayDeque<>(WINDOWS + 1);

    Eviction(LibCFile file) {
        this.file = file;
    }

    void afterRead(long offset, long length) throws NbdException {
        file.dontNeed(offset, length);
    }

    void afterWrite(long offset, long length) throws NbdException {
        file.startWriteBack(offset, length);
        Range oldest;
        synchronized (this) {
            written.addLast(new Range(offset, length));
            oldest = written.size() > WINDOWS ? written.removeFirst() : null;
        }
        if (oldest != null) {
            drop(oldest);
        }
    }

    /** Waits for what is still under way, and drops it. */
    void finish() throws NbdException {
        Deque<Range> rest;
        synchronized (this) {
            rest = new ArrayDeque<>(written);
            written.clear();
        }
        for (Range range : rest) {
            drop(range);
        }
    }

    private void drop(Range range) throws NbdException {
        file.finishWriteBack(range.offset, range.length);
        file.dontNeed(range.offset, range.length);
    }

    private record Range(long offset, long length) {
    }
}
