package dev.sluice.plugin.nulls;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import java.nio.ByteBuffer;

/** Stateless, so all that a client can ask for is there and done at once. */
final class NullDevice implements NbdDevice {
    private static final int PREFERRED_BLOCK = 4096;

    private final DeviceInfo info;

    NullDevice(long size, boolean readOnly) {
        DeviceInfo.Builder builder = DeviceInfo.readOnly(size).flush(true).fua(Support.NONE);
        if (!readOnly) {
            builder.writable(true).trim(true).zero(Support.NATIVE).fastZero(true).fua(Support.NATIVE);
        }
        info = builder.cache(Support.NATIVE)
                .extents(true)
                .multiConn(true)
                .blockSizes(new BlockSizes(1, PREFERRED_BLOCK, BlockSizes.UNLIMITED))
                .build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        reply.zeroes(length);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) {
        data.position(data.limit());
    }

    @Override
    public boolean writesInParts() {
        return true;
    }

    @Override
    public void flush() {
        // nothing is kept
    }

    @Override
    public void trim(long offset, long length, Flags flags) {
        // nothing is kept
    }

    @Override
    public void zero(long offset, long length, Flags flags) {
        // zero already
    }

    /** One hole from here to the end: the sink cuts it to what was asked for. */
    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        sink.extent(offset, info.size() - offset, MetaContext.HOLE | MetaContext.ZERO);
    }
}
