package dev.sluice.core.buffer;

import dev.sluice.api.SharedFile;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A file as memory, window by window, each mapped when it is first used. A window stays until the collector finds it; once
 * the pages are given back it holds address space only. Safe for use by several threads.
 */
final class Windows {
    /** A process may have some 65,000 mappings, for everything. */
    private static final int MOST = 4096;

    private final FileChannel channel;
    private final long size;
    private final AtomicReferenceArray<MappedByteBuffer> windows;

    private Windows(FileChannel channel, long size) {
        this.channel = channel;
        this.size = size;
        this.windows = new AtomicReferenceArray<>((int) ((size + SharedFile.WINDOW - 1) / SharedFile.WINDOW));
    }

    /** Of this file; null if it is too large. */
    static Windows of(FileChannel channel, long size) {
        return size <= (long) MOST * SharedFile.WINDOW ? new Windows(channel, size) : null;
    }

    /** See {@link SharedFile#window}. */
    MappedByteBuffer at(long position) throws IOException {
        if (position < 0 || position >= size) {
            return null;
        }
        int number = (int) (position / SharedFile.WINDOW);
        MappedByteBuffer window = windows.get(number);
        return window == null ? map(number) : window;
    }

    /** Two threads may map the same window at once; all use the one that was first. */
    private MappedByteBuffer map(int number) throws IOException {
        long start = (long) number * SharedFile.WINDOW;
        MappedByteBuffer mine = channel.map(FileChannel.MapMode.READ_WRITE, start, Math.min(SharedFile.WINDOW, size - start));
        return windows.compareAndSet(number, null, mine) ? mine : windows.get(number);
    }
}
