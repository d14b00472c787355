package dev.sluice.plugin.full;

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

/** Stateless. Zeroing is left to the core, which writes and so fails in the same way; a fast one is ENOTSUP there. */
final class FullDevice implements NbdDevice {
    private static final int PREFERRED_BLOCK = 4096;

    private final DeviceInfo info;

    FullDevice(long size, boolean readOnly) {
        info = (readOnly ? DeviceInfo.readOnly(size) : DeviceInfo.writable(size).trim(true))
                .cache(Support.NATIVE)
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
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        throw noSpace();
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        throw noSpace();
    }

    private static NbdException noSpace() {
        return new NbdException(NbdError.ENOSPC, "this disk is full, as a disk of the plugin full always is");
    }

    /** One hole from here to the end: the sink cuts it to what was asked for. */
    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        sink.extent(offset, info.size() - offset, MetaContext.HOLE | MetaContext.ZERO);
    }
}
