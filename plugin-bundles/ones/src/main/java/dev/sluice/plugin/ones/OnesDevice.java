package dev.sluice.plugin.ones;

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
final class OnesDevice implements NbdDevice {
    private static final int PREFERRED_BLOCK = 4096;
    /** A long with the lowest bit of each byte set. */
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

    private final byte value;
    private final DeviceInfo info;

    OnesDevice(long size, byte value, boolean readOnly) {
        this.value = value;
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
        if (value == 0) {
            reply.zeroes(length);
            return;
        }
        ByteBuffer buffer = reply.buffer(length);
        long eight = Byte.toUnsignedLong(value) * EACH_BYTE;
        while (buffer.remaining() >= Long.BYTES) {
            buffer.putLong(eight);
        }
        while (buffer.hasRemaining()) {
            buffer.put(value);
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) {
        data.position(data.limit());
    }

    @Override
    public void flush() {
        // nothing is kept
    }

    @Override
    public void trim(long offset, long length, Flags flags) {
        // nothing is kept
    }

    /** Dropped like any other write, so the range reads as before; nbdkit does the same. */
    @Override
    public void zero(long offset, long length, Flags flags) {
        // nothing is kept
    }

    /** One extent from here to the end: the sink cuts it to what was asked for. */
    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        sink.extent(offset, info.size() - offset, value == 0 ? MetaContext.HOLE | MetaContext.ZERO : 0);
    }
}
