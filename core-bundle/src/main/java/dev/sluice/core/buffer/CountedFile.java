package dev.sluice.core.buffer;

import dev.sluice.api.SharedFile;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An open file with a reference count; closed with the last reference. */
final class CountedFile implements SharedFile {
    private final FileChannel channel;
    private final Path path;
    /** Null unless it is memory. */
    private final Windows windows;
    private final AtomicInteger references = new AtomicInteger(1);
    private final AtomicLong open;

    CountedFile(FileChannel channel, Path path, Windows windows, AtomicLong open) {
        this.channel = channel;
        this.path = path;
        this.windows = windows;
        this.open = open;
        open.incrementAndGet();
    }

    @Override
    public FileChannel channel() {
        return channel;
    }

    @Override
    public MappedByteBuffer window(long position) throws IOException {
        return windows == null ? null : windows.at(position);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public int references() {
        return references.get();
    }

    @Override
    public SharedFile retain() {
        int before;
        do {
            before = references.get();
            if (before <= 0) {
                throw new IllegalStateException(path + " is retained after its last reference was given back");
            }
        } while (!references.compareAndSet(before, before + 1));
        return this;
    }

    @Override
    public void close() throws IOException {
        int after = references.decrementAndGet();
        if (after == 0) {
            open.decrementAndGet();
            channel.close();
        } else if (after < 0) {
            throw new IllegalStateException(path + " was given back more often than it was taken");
        }
    }
}
