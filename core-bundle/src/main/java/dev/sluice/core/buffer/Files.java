package dev.sluice.core.buffer;

import dev.sluice.api.SharedFile;
import dev.sluice.api.SharedFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** The shared files of the whole server, counted. */
public final class Files implements SharedFiles {
    private final AtomicLong open = new AtomicLong();

    @Override
    public SharedFile open(Path path, OpenOption... options) throws IOException {
        return adopt(FileChannel.open(path, options), path);
    }

    @Override
    public SharedFile adopt(FileChannel channel, Path path) {
        return new CountedFile(channel, path, null, open);
    }

    @Override
    public SharedFile adoptMemory(FileChannel channel, Path path, long size) {
        return new CountedFile(channel, path, Windows.of(channel, size), open);
    }

    /** Files that are open now. */
    public long open() {
        return open.get();
    }
}
