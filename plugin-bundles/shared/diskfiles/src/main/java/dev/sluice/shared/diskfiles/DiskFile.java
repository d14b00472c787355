package dev.sluice.shared.diskfiles;

import dev.sluice.api.Flags;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.api.StatusSink;
import dev.sluice.shared.libc.Advice;
import dev.sluice.shared.libc.FileBytes;
import dev.sluice.shared.libc.IoErrors;
import dev.sluice.shared.libc.LibC;
import dev.sluice.shared.libc.OpenDescriptors;
import dev.sluice.shared.libc.SparseExtents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A regular file as a part of a disk, opened for one connection. Its length is fixed: a file that grows shows no more, one that
 * shrinks gives EIO for what is missing. Large data that the page cache has leaves without a copy; trim and zero give storage back
 * where there is a C library.
 */
public final class DiskFile implements Segment {
    /** From here on a file range costs less than copying the bytes twice. */
    private static final int FILE_RANGE = 64 << 10;
    private static final int PIECE = 1 << 20;
    private static final int NONE = -1;

    private final SharedFile file;
    private final FileChannel channel;
    private final long length;
    private final boolean writable;
    /** Null without a C library. */
    private final LibC libc;
    private final int descriptor;
    private final boolean extents;
    // File systems say that they lack an operation when it is tried; it is not tried again then.
    private volatile boolean holes = true;
    private volatile boolean zeroRanges = true;

    private DiskFile(SharedFile file, long length, boolean writable, LibC libc, int descriptor) {
        this.file = file;
        this.channel = file.channel();
        this.length = length;
        this.writable = writable;
        this.libc = libc;
        this.descriptor = descriptor;
        this.extents = libc != null && hasExtents();
    }

    /** Why this can't be served, as the end of a sentence that begins with the name; empty if it looks well. */
    public static Optional<String> problemOf(Path path) {
        if (!Files.exists(path)) {
            return Optional.of("does not exist");
        }
        if (Files.isDirectory(path)) {
            return Optional.of("is a directory, not a file");
        }
        if (!Files.isRegularFile(path)) {
            return Optional.of("is no regular file");
        }
        return Files.isReadable(path) ? Optional.empty() : Optional.of("can't be read: permission denied");
    }

    /**
     * Opens a file.
     *
     * @param writable whether to try that; a file that can't be written is opened read-only
     * @param length how much of it is shown, in bytes; less than 0: all of it
     * @throws NbdException if it can't be opened, is no regular file or is shorter
     */
    public static DiskFile open(LayerContext context, Path path, boolean writable, long length, Optional<LibC> libc) throws IOException {
        Optional<String> problem = problemOf(path);
        if (problem.isPresent()) {
            throw new NbdException(NbdError.EINVAL, path + " " + problem.get());
        }
        if (libc.isEmpty() || !Files.isDirectory(OpenDescriptors.path(0).getParent())) {
            return opened(context, path, path, writable, length, null, NONE);
        }
        int descriptor = descriptor(libc.get(), path, writable);
        try {
            // by the number, so that both are the same file even if its name gets another meaning in between
            return opened(context, path, OpenDescriptors.path(descriptor), writable, length, libc.get(), descriptor);
        } catch (IOException | RuntimeException e) {
            libc.get().close(descriptor);
            throw e;
        }
    }

    private static int descriptor(LibC libc, Path path, boolean writable) throws NbdException {
        if (writable) {
            try {
                return libc.open(path, true);
            } catch (NbdException e) {
                // Not writable, for one of several reasons; if it isn't readable either, that is the text to show.
                return libc.open(path, false);
            }
        }
        return libc.open(path, false);
    }

    private static DiskFile opened(LayerContext context, Path path, Path same, boolean writable, long length, LibC libc, int descriptor)
            throws IOException {
        FileChannel channel = null;
        if (writable) {
            try {
                channel = FileChannel.open(same, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (IOException e) {
                // as above: not writable
                channel = null;
            }
        }
        boolean canWrite = channel != null;
        if (channel == null) {
            try {
                channel = FileChannel.open(same, StandardOpenOption.READ);
            } catch (IOException e) {
                throw IoErrors.of(e, "open " + path);
            }
        }
        SharedFile shared = context.files().adopt(channel, path);
        try {
            long real = channel.size();
            if (real < length) {
                throw new NbdException(NbdError.EINVAL, path + " has only " + real + " bytes, it had " + length
                        + " when the server started");
            }
            return new DiskFile(shared, length < 0 ? real : length, canWrite, libc, descriptor);
        } catch (IOException | RuntimeException e) {
            shared.close();
            throw e;
        }
    }

    private boolean hasExtents() {
        try {
            libc.seekHole(descriptor, 0);
            return true;
        } catch (NbdException e) {
            // This file system does not tell holes from data: everything is data then.
            return false;
        }
    }

    @Override
    public long length() {
        return length;
    }

    /** Whether it was opened for writing. */
    public boolean isWritable() {
        return writable;
    }

    @Override
    public void read(long offset, int size, ReadReply reply) throws IOException {
        if (size >= FILE_RANGE && (libc == null || libc.isResident(descriptor, offset, size))) {
            long end = channel.size();
            if (offset + size > end) {
                throw ended(end);
            }
            reply.file(file, offset, size);
            return;
        }
        // Small, or not in the page cache: then the disk is waited for here and not where replies are sent.
        long at = offset;
        int rest = size;
        while (rest > 0) {
            int n = Math.min(rest, PIECE);
            fill(reply.buffer(n), at);
            at += n;
            rest -= n;
        }
    }

    private void fill(ByteBuffer buffer, long offset) throws IOException {
        long end;
        try {
            end = FileBytes.read(channel, buffer, offset);
        } catch (IOException e) {
            throw IoErrors.of(e, "read from " + file.path());
        }
        if (buffer.hasRemaining()) {
            throw ended(end);
        }
    }

    private NbdException ended(long at) {
        return new NbdException(NbdError.EIO, file.path() + " ends at " + at + ": it has shrunk, it had " + length + " bytes");
    }

    @Override
    public void write(long offset, ByteBuffer data) throws IOException {
        try {
            FileBytes.write(channel, data, offset);
        } catch (IOException e) {
            throw IoErrors.of(e, "write to " + file.path());
        }
    }

    @Override
    public void flush() throws IOException {
        if (writable) {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw IoErrors.of(e, "flush of " + file.path());
            }
        }
    }

    @Override
    public void trim(long offset, long size) throws IOException {
        punchHole(offset, size);
    }

    @Override
    public boolean zero(long offset, long size, Flags flags) throws IOException {
        return flags.mayTrim() && punchHole(offset, size) || zeroRange(offset, size);
    }

    private boolean punchHole(long offset, long size) throws NbdException {
        if (libc != null && holes) {
            try {
                libc.punchHole(descriptor, offset, size);
                return true;
            } catch (NbdException e) {
                holes = supported(e);
            }
        }
        return false;
    }

    private boolean zeroRange(long offset, long size) throws NbdException {
        if (libc != null && zeroRanges) {
            try {
                libc.zeroRange(descriptor, offset, size);
                return true;
            } catch (NbdException e) {
                zeroRanges = supported(e);
            }
        }
        return false;
    }

    private static boolean supported(NbdException e) throws NbdException {
        if (e.error() != NbdError.ENOTSUP) {
            throw e;
        }
        return false;
    }

    @Override
    public void cache(long offset, long size) throws IOException {
        if (libc != null) {
            libc.advise(descriptor, offset, size, Advice.WILLNEED);
        }
    }

    @Override
    public void status(long offset, long size, Flags flags, StatusSink sink) throws IOException {
        if (extents) {
            SparseExtents.report(libc, descriptor, length, offset, size, flags, sink);
        } else {
            sink.extent(offset, length - offset, 0);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            if (libc != null) {
                libc.close(descriptor);
            }
        }
    }
}
