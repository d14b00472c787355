package dev.sluice.shared.newdisk;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.shared.libc.FileBytes;
import dev.sluice.shared.libc.SparseExtents;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One client's handle on a {@link DiskFile} that a subclass gets hold of: at the latest in {@link #prepare()}, maybe from a
 * device before this one.
 */
public abstract class DiskFileDevice implements NbdDevice {
    /** From here on the two more system calls of a file range cost less than copying the bytes twice. */
    private static final int FILE_RANGE = 64 << 10;
    private static final int PREFERRED_BLOCK = 4096;

    private final boolean writable;
    private final boolean multiConn;
    /** Null before prepare or adopt, and after a release. */
    private volatile DiskFile disk;
    private DeviceInfo info;

    /** Without a file yet. */
    protected DiskFileDevice(boolean writable, boolean multiConn) {
        this.writable = writable;
        this.multiConn = multiConn;
    }

    /** Takes a file, which stays the subclass's to close; null to have none any more. */
    protected final void use(DiskFile newDisk) {
        disk = newDisk;
    }

    /** The file in use; null if there is none. */
    protected final DiskFile disk() {
        return disk;
    }

    /** Whether this client may write. */
    protected final boolean isWritable() {
        return writable;
    }

    @Override
    public final DeviceInfo info() {
        if (info == null) {
            info = describe(disk);
        }
        return info;
    }

    private DeviceInfo describe(DiskFile file) {
        DeviceInfo.Builder builder = DeviceInfo.readOnly(file.size()).flush(true).fua(Support.NONE);
        if (writable) {
            boolean native0 = file.hasDescriptor();
            builder.writable(true)
                    .fua(Support.NATIVE)
                    .trim(native0)
                    .zero(native0 ? Support.NATIVE : Support.EMULATE)
                    .fastZero(true);
        }
        return builder.extents(file.hasExtents())
                .multiConn(multiConn)
                .blockSizes(new BlockSizes(1, PREFERRED_BLOCK, BlockSizes.UNLIMITED))
                .build();
    }

    @Override
    public final void read(long offset, int length, ReadReply reply) throws IOException {
        DiskFile file = disk;
        if (length >= FILE_RANGE) {
            reply.file(file.shared(), offset, length);
            return;
        }
        ByteBuffer buffer = reply.buffer(length);
        long end;
        try {
            end = FileBytes.read(file.shared().channel(), buffer, offset);
        } catch (IOException e) {
            throw file.failure(e, "read from the disk");
        }
        if (buffer.hasRemaining()) {
            throw new NbdException(NbdError.EIO, "the file of the disk ends at " + end + ": it has shrunk");
        }
    }

    @Override
    public final void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        DiskFile file = disk;
        try {
            FileBytes.write(file.shared().channel(), data, offset);
        } catch (IOException e) {
            throw file.failure(e, "write to the disk");
        }
        afterwards(flags);
    }

    @Override
    public final void flush() throws IOException {
        DiskFile file = disk;
        if (!writable) {
            return;
        }
        try {
            file.shared().channel().force(false);
        } catch (IOException e) {
            throw file.failure(e, "flush of the disk");
        }
    }

    private void afterwards(Flags flags) throws IOException {
        if (flags.fua()) {
            flush();
        }
    }

    /** A hint: where storage can't be given back, nothing is done. */
    @Override
    public final void trim(long offset, long length, Flags flags) throws IOException {
        DiskFile file = disk;
        try {
            file.libc().punchHole(file.descriptor(), offset, length);
        } catch (NbdException e) {
            if (e.error() != NbdError.ENOTSUP) {
                throw e;
            }
        }
        afterwards(flags);
    }

    @Override
    public final void zero(long offset, long length, Flags flags) throws IOException {
        DiskFile file = disk;
        if (flags.mayTrim()) {
            file.libc().punchHole(file.descriptor(), offset, length);
        } else {
            file.libc().zeroRange(file.descriptor(), offset, length);
        }
        afterwards(flags);
    }

    @Override
    public final void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        DiskFile file = disk;
        SparseExtents.report(file.libc(), file.descriptor(), file.size(), offset, length, flags, sink);
    }
}
