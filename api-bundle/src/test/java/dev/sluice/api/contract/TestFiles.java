package dev.sluice.api.contract;

import dev.sluice.api.SharedFile;
import dev.sluice.api.SharedFiles;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Shared files that remember who has not closed them. Safe for use by several threads. */
public final class TestFiles implements SharedFiles {
    private final Set<TestFile> open = new LinkedHashSet<>();
    private UnaryOperator<FileChannel> through = channel -> channel;

    /** From now on files are used through what this makes of them; {@link LosingPageCache} for instance. */
    public synchronized void through(UnaryOperator<FileChannel> wrapper) {
        through = wrapper;
    }

    @Override
    public SharedFile open(Path path, OpenOption... options) throws IOException {
        return adopt(FileChannel.open(path, options), path);
    }

    @Override
    public SharedFile adopt(FileChannel channel, Path path) {
        return adopt(channel, path, false);
    }

    @Override
    public SharedFile adoptMemory(FileChannel channel, Path path, long size) {
        // as the core, which does not map what is very large
        return adopt(channel, path, size <= 4096L * SharedFile.WINDOW);
    }

    private synchronized SharedFile adopt(FileChannel channel, Path path, boolean memory) {
        TestFile file = new TestFile(through.apply(channel), path, memory);
        open.add(file);
        return file;
    }

    /** Files that were not closed. */
    public synchronized int open() {
        return open.size();
    }

    /**
     * Fails with the stack of whoever opened it if a file is still open.
     *
     * @throws AssertionError names one of them
     */
    public synchronized void assertNothingHeld() {
        if (!open.isEmpty()) {
            TestFile first = open.iterator().next();
            throw new AssertionError(open.size() + " files were not closed; " + first.path + " was opened here", first.taken);
        }
    }

    private synchronized void forget(TestFile file) {
        open.remove(file);
    }

    private final class TestFile implements SharedFile {
        final Throwable taken = new Throwable("opened");
        private final FileChannel channel;
        private final Path path;
        private final Map<Long, MappedByteBuffer> windows;
        private int references = 1;

        TestFile(FileChannel channel, Path path, boolean memory) {
            this.channel = channel;
            this.path = path;
            this.windows = memory ? new HashMap<>() : null;
        }

        @Override
        public synchronized FileChannel channel() {
            check();
            return channel;
        }

        @Override
        public synchronized MappedByteBuffer window(long position) throws IOException {
            check();
            long start = position - position % WINDOW;
            if (windows != null && !windows.containsKey(start)) {
                windows.put(start, channel.map(FileChannel.MapMode.READ_WRITE, start, Math.min(WINDOW, channel.size() - start)));
            }
            return windows == null ? null : windows.get(start);
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public synchronized int references() {
            return references;
        }

        @Override
        public synchronized SharedFile retain() {
            check();
            references++;
            return this;
        }

        @Override
        public synchronized void close() throws IOException {
            check();
            references--;
            if (references == 0) {
                forget(this);
                channel.close();
            }
        }

        private void check() {
            if (references == 0) {
                throw new IllegalStateException(path + " was closed already");
            }
        }
    }
}
