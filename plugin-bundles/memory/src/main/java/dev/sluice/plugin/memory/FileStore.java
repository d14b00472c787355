package dev.sluice.plugin.memory;

import dev.sluice.api.Flags;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.api.StatusSink;
import dev.sluice.shared.libc.FileBytes;
import dev.sluice.shared.libc.IoErrors;
import dev.sluice.shared.libc.LibC;
import dev.sluice.shared.libc.OpenDescriptors;
import dev.sluice.shared.libc.SparseExtents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file that lies in memory and has no name any more: outside of the Java heap, sparse by the kernel's own page
 * table, and sent to clients without a copy. Written as memory where that may be: the kernel takes a lock for each page of
 * a write to a file, so that copying costs little more than half in memory. Reads stay with the file, because to read a hole
 * in memory makes a page of it.
 *
 * <p>A read from {@link #FILE_RANGE} bytes on is answered with a range of the file, which the core sends later. A write,
 * trim or zero that comes meanwhile may show in it. That is allowed: the client that reads has not got its answer yet,
 * so the two requests overlap in time, and the protocol promises no order between such requests. A request that comes
 * after the answer was received can't reach into it.
 */
final class FileStore implements Store {
    /** From here on the two more system calls of a file range cost less than copying the bytes twice. */
    static final int FILE_RANGE = 64 << 10;

    /** More connections than this share channels. */
    private static final int CHANNELS = 16;
    private static final Path SHM = Path.of("/dev/shm");

    private final LayerContext context;
    private final long size;
    private final SharedFile file;
    /** The number behind {@link #file}, valid as long as that is open; -1 if it isn't known. */
    private final int descriptor;
    /** Null where holes can't be punched. */
    private final LibC libc;
    /** Whether writes go to {@link SharedFile#window}, as far as there are any. */
    private final boolean mapped;
    /**
     * A channel takes a lock for each call, so connections that are busy at once with small reads need several; but one for each of ten
     * thousand idle ones would cost as many descriptors. The first is {@link #file}. Guarded by the plugin.
     */
    private final List<SharedFile> channels;
    /** How many had to share a channel. */
    private int views;

    private FileStore(LayerContext context, long size, List<SharedFile> channels, int descriptor, boolean mapped, Optional<LibC> libc) {
        this.context = context;
        this.size = size;
        this.channels = new ArrayList<>(channels);
        this.file = channels.get(0);
        this.descriptor = descriptor;
        this.libc = descriptor < 0 ? null : libc.orElse(null);
        this.mapped = mapped && this.libc != null;
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
    @SuppressWarnings("unchecked")
    static Store adopt(LayerContext context, Map<String, Object> state, Optional<LibC> libc) {
        return new FileStore(context, (Long) state.get("size"), (List<SharedFile>) state.get("channels"), (Integer) state.get("descriptor"),
                (Boolean) state.get("mapped"), libc);
    }

    private static Store create(LayerContext context, long size, Path path, boolean mapped, Optional<LibC> libc) throws IOException {
        try (RandomAccessFile whole = new RandomAccessFile(path.toFile(), "rw")) {
            whole.setLength(size);
        } catch (IOException e) {
            throw IoErrors.of(e, "memory can't be set to a size of " + size + " bytes");
        }
        FileChannel channel = openChannel(path);
        Path name = Path.of("memory");
        SharedFile file = mapped ? context.files().adoptMemory(channel, name, size) : context.files().adopt(channel, name);
        try {
            int descriptor = OpenDescriptors.numberOf(channel, Long.MAX_VALUE).orElse(-1);
            return new FileStore(context, size, List.of(file), descriptor, mapped, libc);
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
        return new FileView(channel().retain());
    }

    /** One that no connection uses, a new one as long as there are few, or else each in turn. */
    private SharedFile channel() throws IOException {
        for (SharedFile channel : channels) {
            if (channel.references() == 1) {
                return channel;
            }
        }
        if (channels.size() < CHANNELS && descriptor >= 0) {
            channels.add(context.files().adopt(openChannel(OpenDescriptors.path(descriptor)), Path.of("memory")));
            return channels.get(channels.size() - 1);
        }
        return channels.get(Math.floorMod(views++, channels.size()));
    }

    @Override
    public Map<String, Object> state() {
        return Map.of("size", size, "channels", List.copyOf(channels), "descriptor", descriptor, "mapped", mapped);
    }

    @Override
    @SuppressWarnings("unchecked")
    public boolean takeBack(Map<String, Object> state) {
        List<SharedFile> returned = (List<SharedFile>) state.getOrDefault("channels", List.of());
        if (returned.isEmpty() || returned.get(0) != file) {
            return false;
        }
        channels.clear();
        channels.addAll(returned);
        return true;
    }

    /**
     * Gives the memory back now, not when the collector has found the last mapping; unless a reply is still being sent
     * from it.
     */
    @Override
    public void close() throws IOException {
        try {
            if (mapped && size > 0 && channels.stream().allMatch(c -> c.references() == 1)) {
                libc.punchHole(descriptor, 0, size);
            }
        } finally {
            closeAll();
        }
    }

    private void closeAll() throws IOException {
        IOException first = null;
        for (SharedFile channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Holds its channel, and the store's file, whose descriptor number it uses. */
    private final class FileView implements View {
        private final SharedFile own;

        FileView(SharedFile own) {
            this.own = own;
            file.retain();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            if (length >= FILE_RANGE) {
                reply.file(file, offset, length);
                return;
            }
            ByteBuffer buffer = reply.buffer(length);
            long end = FileBytes.read(own.channel(), buffer, offset);
            if (buffer.hasRemaining()) {
                throw new NbdException(NbdError.EIO, "the memory of this disk ends at " + end + " instead of " + size);
            }
        }

        @Override
        public void write(long offset, ByteBuffer data) throws IOException {
            if (writeMemory(offset, data)) {
                return;
            }
            try {
                FileBytes.write(own.channel(), data, offset);
            } catch (IOException e) {
                throw full(IoErrors.of(e, "write to memory"));
            }
        }

        /** False if there is none; nothing was written then. */
        private boolean writeMemory(long offset, ByteBuffer data) throws IOException {
            long at = offset;
            while (data.hasRemaining()) {
                MappedByteBuffer window = window(at);
                if (window == null) {
                    return false;
                }
                int start = (int) (at % SharedFile.WINDOW);
                int n = Math.min(window.capacity() - start, data.remaining());
                window.put(start, data, data.position(), n);
                data.position(data.position() + n);
                at += n;
            }
            return true;
        }

        @Override
        public ByteBuffer destination(long offset, int length) throws IOException {
            MappedByteBuffer window = window(offset);
            int start = (int) (offset % SharedFile.WINDOW);
            return window == null ? null : window.slice(start, Math.min(window.capacity() - start, length));
        }

        private MappedByteBuffer window(long offset) throws IOException {
            try {
                return mapped ? file.window(offset) : null;
            } catch (IOException e) {
                throw full(IoErrors.of(e, "mapping memory"));
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
            try {
                own.close();
            } finally {
                file.close();
            }
        }
    }

    /** A RAM disk that finds no memory is full; its client knows what to do with that. */
    static NbdException full(NbdException e) {
        return e.error() == NbdError.ENOMEM ? new NbdException(NbdError.ENOSPC, e.getMessage(), e) : e;
    }
}
