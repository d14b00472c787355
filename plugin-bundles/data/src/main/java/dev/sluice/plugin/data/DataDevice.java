package dev.sluice.plugin.data;

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

/** One connection's handle on the disk. */
final class DataDevice implements NbdDevice {
    private final DataDisk disk;
    private final DeviceInfo info;

    DataDevice(DataDisk disk, boolean readOnly) {
        this.disk = disk;
        DeviceInfo.Builder builder = DeviceInfo.readOnly(disk.size()).flush(true).fua(Support.NONE);
        if (!readOnly) {
            builder.writable(true).trim(true).zero(Support.NATIVE).fastZero(true).fua(Support.NATIVE);
        }
        info = builder.cache(Support.NATIVE)
                .extents(true)
                .multiConn(true)
                .blockSizes(new BlockSizes(1, DataDisk.PAGE, BlockSizes.UNLIMITED))
                .build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        disk.read(offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        disk.write(offset, data);
    }

    @Override
    public void flush() {
        // Memory is as stable as it will ever be; the same goes for FUA everywhere here.
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        disk.zero(offset, length);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws NbdException {
        disk.zero(offset, length);
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        disk.status(offset, length, flags, sink);
    }
}
