package dev.sluice.plugin.file;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.shared.libc.FileBytes;
import dev.sluice.shared.libc.IoErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * One connection's handle on a file. The size is that at the time of opening; a file that grows later shows no more, one
 * that shrinks gives EIO for what is missing.
 */
final class FileDevice implements NbdDevice {
    /** From here on the two more system calls of a file range cost less than copying the bytes twice. */
    static final int FILE_RANGE = 64 << 10;

    /** What is read into memory at a time, so that a large read takes many small buffers and no huge one. */
    private static final int PIECE = 1 << 20;
    private static final int PREFERRED_BLOCK = 4096;

    private final SharedFile file;
    private final FileChannel channel;
    /** Null without a C library. */
    private final LibCFile libc;
    /** Null for a regular file. */
    private final BlockDevice block;
    /** Null if the page cache is used as usual. */
    private final Eviction eviction;
    private final DeviceInfo info;

    /** Owns file and libc from now on. */
    FileDevice(SharedFile file, LibCFile libc, BlockDevice block, long size, boolean writable, boolean evict) {
        this.file = file;
        this.channel = file.channel();
        this.libc = libc;
        this.block = block;
        this.eviction = evict && libc != null ? new Eviction(libc) : null;
        boolean hasLibC = libc != null;
        DeviceInfo.Builder builder = DeviceInfo.readOnly(size).flush(true).fua(Support.NONE);
        if (writable) {
            builder.writable(true)
                    .fua(Support.NATIVE)
                    .trim(hasLibC)
                    .zero(hasLibC ? Support.NATIVE : Support.EMULATE)
                    .fastZero(true);
        }
        info = builder.cache(hasLibC ? Support.NATIVE : Support.EMULATE)
                .extents(hasLibC && libc.hasExtents())
                .multiConn(true)
                .rotational(block != null && block.rotational())
                .blockSizes(new BlockSizes(1, block == null ? PREFERRED_BLOCK : block.preferredBlock(), BlockSizes.UNLIMITED))
                .build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        if (length >= FILE_RANGE && eviction == null && (libc == null || libc.isResident(offset, length))) {
            long end = channel.size();
            if (offset + length > end) {
                throw ended(end);
            }
            reply.file(file, offset, length);
            return;
        }
        // Small, or not in the page cache: then the disk is waited for here and not where replies are sent.
        long at = offset;
        int rest = length;
        while (rest > 0) {
            int n = Math.min(rest, PIECE);
            fill(reply.buffer(n), at);
            at += n;
            rest -= n;
        }
        if (eviction != null) {
            eviction.afterRead(offset, length);
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
        return new NbdException(NbdError.EIO, file.path() + " ends at " + at + ": it has shrunk since it was opened with "
                + info.size() + " bytes");
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        long end;
        try {
            end = FileBytes.write(channel, data, offset);
        } catch (IOException e) {
            throw IoErrors.of(e, "write to " + file.path());
        }
        if (eviction != null) {
            eviction.afterWrite(offset, end - offset);
        }
        afterwards(flags);
    }

    @Override
    public boolean writesInParts() {
        return true;
    }

    @Override
    public void flush() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw IoErrors.of(e, "flush of " + file.path());
        }
        if (eviction != null) {
            eviction.finish();
        }
    }

    private void afterwards(Flags flags) throws IOException {
        if (flags.fua()) {
            flush();
        }
    }

    /** A hint: where storage can't be given back, or not for such a range, nothing is done. */
    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        long unit = block == null ? 1 : block.logicalBlock();
        long from = (offset + unit - 1) / unit * unit;
        long to = (offset + length) / unit * unit;
        if (from < to) {
            libc.punchHole(from, to - from);
        }
        afterwards(flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        if (!zeroed(offset, length, flags)) {
            throw new NbdException(NbdError.ENOTSUP, file.path() + " can't be zeroed without writing zeroes");
        }
        afterwards(flags);
    }

    private boolean zeroed(long offset, long length, Flags flags) throws NbdException {
        if (block == null) {
            return flags.mayTrim() && libc.punchHole(offset, length)
                    || libc.zeroRange(offset, length)
                    || libc.renew(offset, length);
        }
        if (offset % block.logicalBlock() != 0 || length % block.logicalBlock() != 0) {
            return false;
        }
        // For a block device, zeroing a range may mean that the kernel writes zeroes: right, but not fast.
        return flags.mayTrim() && libc.punchHole(offset, length)
                || !flags.fastZero() && libc.zeroRange(offset, length);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        libc.willNeed(offset, length);
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        libc.status(info.size(), offset, length, flags, sink);
    }

    @Override
    public void close() throws IOException {
        try {
            if (eviction != null) {
                eviction.finish();
            }
        } finally {
            try {
                file.close();
            } finally {
                if (libc != null) {
                    libc.close();
                }
            }
        }
    }
}
