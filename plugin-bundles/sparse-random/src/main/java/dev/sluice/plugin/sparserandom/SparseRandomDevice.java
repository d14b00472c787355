package dev.sluice.plugin.sparserandom;

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
import java.nio.ByteBuffer;

/** One client's handle; computes the bytes, and compares what is written with them. */
final class SparseRandomDevice implements NbdDevice {
    /** Shorter holes are not worth a piece of the reply of their own. */
    private static final int SHORT_HOLE = 32 << 10;
    /** What is filled at a time, so that a large read takes many small buffers and no huge one. */
    private static final int PIECE = 1 << 20;

    private final Contents contents;
    private final long size;
    private final DeviceInfo info;

    SparseRandomDevice(long size, Contents contents, boolean readOnly) {
        this.contents = contents;
        this.size = size;
        DeviceInfo.Builder builder = DeviceInfo.readOnly(size).flush(true);
        if (!readOnly) {
            builder.writable(true).trim(true).zero(Support.NATIVE);
        }
        info = builder.cache(Support.NATIVE)
                .extents(true)
                .multiConn(true)
                .blockSizes(new BlockSizes(1, Runs.BLOCK, BlockSizes.UNLIMITED))
                .build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long next = contents.runEnd(at, end);
            if (isLongHole(at, next, end)) {
                reply.zeroes((int) (next - at));
            } else {
                long most = Math.min(end, at + PIECE);
                next = Math.min(next, most);
                while (next < most && !isLongHole(next, contents.runEnd(next, end), end)) {
                    next = contents.runEnd(next, most);
                }
                contents.fill(at, next, reply.buffer((int) (next - at)));
            }
            at = next;
        }
    }

    private boolean isLongHole(long from, long to, long end) {
        return !contents.isData(from) && (to == end || to - from >= SHORT_HOLE);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        if (!contents.matches(offset, data)) {
            throw new NbdException(NbdError.EIO, "the bytes written at " + offset + " are not those that this disk has there");
        }
    }

    @Override
    public void flush() {
        // a write changes nothing
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        mustBeHole(offset, length);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws NbdException {
        mustBeHole(offset, length);
    }

    private void mustBeHole(long offset, long length) throws NbdException {
        long end = offset + length;
        if (contents.isData(offset) || contents.runEnd(offset, end) < end) {
            throw new NbdException(NbdError.EIO, "only holes of this disk can be trimmed or zeroed, and from " + offset + " to "
                    + (end - 1) + " there is data");
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        long at = offset;
        long end = offset + length;
        boolean more = true;
        while (more && at < end) {
            long next = contents.runEnd(at, Math.min(end, size));
            more = sink.extent(at, next - at, contents.isData(at) ? 0 : MetaContext.HOLE | MetaContext.ZERO) && !flags.reqOne();
            at = next;
        }
    }
}
