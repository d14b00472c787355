package dev.sluice.plugin.memory;

import dev.sluice.api.Flags;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.api.StatusSink;
import dev.sluice.shared.libc.IoErrors;
import dev.sluice.shared.libc.LibC;
import dev.sluice.shared.libc.OpenDescriptors;
import dev.sluice.shared.libc.SparseExtents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A file that lies in memory and has no name any more: outside of the Java heap, sparse by the kernel's own page
 * table, and sent to clients without a copy.
 *
 * <p>A read from {@link #FILE_RANGE} bytes on is answered with a range of the file, which the core sends later. A write,
 * trim or zero that comes meanwhile may show in it. That is allowed: the client that reads has not got its answer yet,
 * so the two requests overlap in time, and the protocol promises no order between such requests. A request that comes
 * after the answer was received can't reach into it.
 */
final class FileStore implements Store {
    /** From here on the two more system calls of a file range cost less than copying the bytes twice. */
    static final int FILE_RANGE = 64 << 10;

    private static final Path SHM = Path.of("/dev/shm");

    private final LayerContext context;
    private final long size;
    private final SharedFile file;
    /** The number behind {@link #file}, valid as long as that is open; -1 if it isn't known. */
    private final int descriptor;
    /** Null where holes can't be punched. */
    private final LibC libc;
    /** Where writes go; null if they go through the file. */
    private final Windows windows;
    /** A connection has ended before its last reply was sent; a successor has to know that too. */
    private final AtomicBoolean sending;

    private FileStore(LayerContext context, long size, SharedFile file, int descriptor, boolean mapped, AtomicBoolean sending,
            Optional<LibC> libc) {
        this.context = context;
        this.size = size;
        this.file = file;
        this.descriptor = descriptor;
        this.libc = descriptor < 0 ? null : libc.orElse(null);
        this.sending = sending;
        this.windows = mapped && this.libc != null && Windows.canHold(size) ? new Windows(file.channel(), size) : null;
    }

    /** In a memory file of the kernel's; empty without a C library that has them. */
    static Optional<Store> inMemoryFile(LayerContext context, long size, Optional<LibC> libc) throws IOException {
        if (libc.isEmpty()) {
            return Optional.empty();
        }
        int made;
        try {
            made = libc.get().memoryFile("sluice-memory");
        } catch (NbdException e) {
            if (e.error() == NbdError.ENOTSUP) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            return Optional.of(create(context, size, OpenDescriptors.path(made), true, libc));
        } finally {
            libc.get().close(made);
        }
    }

    /** In a file of the shared memory file system, deleted at once; empty where there is none. */
    static Optional<Store> inSharedMemory(LayerContext context, long size, Optional<LibC> libc) throws IOException {
        if (!Files.isWritable(SHM)) {
            return Optional.empty();
        }
        Path path = Files.createTempFile(SHM, "sluice-memory", ".tmp");
        try {
            // a full file system is an error of a write, but would be a fault of a mapping
            return Optional.of(create(context, size, path, false, libc));
        } finally {
            Files.delete(path);
        }
    }

    /** From the state of a predecessor. */
    static Store adopt(LayerContext context, Map<String, Object> state, Optional<LibC> libc) {
        return new FileStore(context, (Long) state.get("size"), (SharedFile) state.get("file"), (Integer) state.get("descriptor"),
                (Boolean) state.get("mapped"), (AtomicBoolean) state.get("sending"), libc);
    }

    private static Store create(LayerContext context, long size, Path path, boolean mapped, Optional<LibC> libc) throws IOException {
        try (RandomAccessFile whole = new RandomAccessFile(path.toFile(), "rw")) {
            whole.setLength(size);
        } catch (IOException e) {
            throw IoErrors.of(e, "memory can't be set to a size of " + size + " bytes");
        }
        FileChannel channel = openChannel(path);
        SharedFile file = context.files().adopt(channel, Path.of("memory"));
        try {
            return new FileStore(context, size, file, OpenDescriptors.numberOf(channel, Long.MAX_VALUE).orElse(-1), mapped,
                    new AtomicBoolean(), libc);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static FileChannel openChannel(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public boolean isSparse() {
        return libc != null;
    }

    @Override
    public View view() throws IOException {
        if (descriptor < 0) {
            return new FileView(file.retain());
        }
        // A channel takes a lock for each call: one for each connection, so that they don't wait for each other.
        FileChannel own = openChannel(OpenDescriptors.path(descriptor));
        file.retain();
        return new FileView(context.files().adopt(own, Path.of("memory")));
    }

    @Override
    public Map<String, Object> state() {
        return Map.of("size", size, "file", file, "descriptor", descriptor, "mapped", windows != null, "sending", sending);
    }

    @Override
    public boolean isIn(Map<String, Object> state) {
        return state.get("file") == file;
    }

    /**
     * Gives the memory back now, not when the collector has found the last mapping; unless a reply is still being sent
     * from it.
     */
    @Override
    public void close() throws IOException {
        try {
            if (windows != null && size > 0 && !sending.get()) {
                libc.punchHole(descriptor, 0, size);
            }
        } finally {
            file.close();
        }
    }

    /** Holds its own channel, and the store's file open, whose descriptor number it uses. */
    private final class FileView implements View {
        private final SharedFile own;

        FileView(SharedFile own) {
            this.own = own;
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            if (length >= FILE_RANGE) {
                reply.file(own, offset, length);
                return;
            }
            ByteBuffer buffer = reply.buffer(length);
            long at = offset;
            while (buffer.hasRemaining()) {
                int n = own.channel().read(buffer, at);
                if (n < 0) {
                    throw new NbdException(NbdError.EIO, "the memory of this disk ends at " + at + " instead of " + size);
                }
                at += n;
            }
        }

        @Override
        public void write(long offset, ByteBuffer data) throws IOException {
            if (windows != null) {
                windows.write(offset, data);
                return;
            }
            long at = offset;
            try {
                while (data.hasRemaining()) {
                    at += own.channel().write(data, at);
                }
            } catch (IOException e) {
                throw full(IoErrors.of(e, "write to memory"));
            }
        }

        @Override
        public void zero(long offset, long length) throws IOException {
            libc.punchHole(descriptor, offset, length);
        }

        @Override
        public void status(long offset, long length, Flags flags, StatusSink sink) throws IOException {
            SparseExtents.report(libc, descriptor, size, offset, length, flags, sink);
        }

        @Override
        public void close() throws IOException {
            if (own.references() > 1) {
                sending.set(true);
            }
            try {
                own.close();
            } finally {
                if (descriptor >= 0) {
                    file.close();
                }
            }
        }
    }

    /** A RAM disk that finds no memory is full; its client knows what to do with that. */
    static NbdException full(NbdException e) {
        return e.error() == NbdError.ENOMEM ? new NbdException(NbdError.ENOSPC, e.getMessage(), e) : e;
    }
}
