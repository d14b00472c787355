package dev.sluice.plugin.memory;

import dev.sluice.shared.libc.IoErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A memory file as memory: where writes go. The kernel takes a lock for each page of a write to a file, so that copying
 * costs little more than half in memory. Reads stay with the file: to read a hole in a mapping makes a page of it.
 *
 * <p>Mapped window by window, when first written to. A window stays until the collector finds it; it holds address
 * space only, once the pages are given back. Safe for use by several threads.
 */
final class Windows {
    /** Bytes in one window: what a buffer of the JDK can address, and a multiple of every size of page. */
    static final int WINDOW = 1 << 30;
    /** A process may have some 65,000 mappings, for everything. */
    private static final int MOST = 4096;

    private final FileChannel channel;
    private final long size;
    private final AtomicReferenceArray<MappedByteBuffer> windows;

    Windows(FileChannel channel, long size) {
        this.channel = channel;
        this.size = size;
        this.windows = new AtomicReferenceArray<>((int) ((size + WINDOW - 1) / WINDOW));
    }

    /** Whether a file of this many bytes is not too large. */
    static boolean canHold(long size) {
        return size <= (long) MOST * WINDOW;
    }

    /** Takes all that remains in {@code data}; the range is inside the file. */
    void write(long offset, ByteBuffer data) throws IOException {
        long at = offset;
        while (data.hasRemaining()) {
            int start = (int) (at % WINDOW);
            int n = Math.min(WINDOW - start, data.remaining());
            window(at).put(start, data, data.position(), n);
            data.position(data.position() + n);
            at += n;
        }
    }

    /** The memory itself, up to the end of its window. */
    ByteBuffer slice(long offset, int length) throws IOException {
        int start = (int) (offset % WINDOW);
        return window(offset).slice(start, Math.min(WINDOW - start, length));
    }

    private MappedByteBuffer window(long offset) throws IOException {
        int number = (int) (offset / WINDOW);
        MappedByteBuffer window = windows.get(number);
        return window == null ? map(number) : window;
    }

    private synchronized MappedByteBuffer map(int number) throws IOException {
        MappedByteBuffer window = windows.get(number);
        if (window == null) {
            long start = (long) number * WINDOW;
            try {
                window = channel.map(FileChannel.MapMode.READ_WRITE, start, Math.min(WINDOW, size - start));
            } catch (IOException e) {
                throw FileStore.full(IoErrors.of(e, "mapping memory"));
            }
            windows.set(number, window);
        }
        return window;
    }
}
