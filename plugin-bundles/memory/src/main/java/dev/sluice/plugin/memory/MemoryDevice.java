package dev.sluice.plugin.memory;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One connection's handle on the RAM disk. */
final class MemoryDevice implements NbdDevice {
    /** The size of a page of memory on the machines in question: what storage comes and goes by. */
    private static final int PREFERRED_BLOCK = 4096;

    private final Store.View view;
    private final DeviceInfo info;

    MemoryDevice(Store store, long size, boolean readOnly) throws IOException {
        view = store.view();
        DeviceInfo.Builder builder = DeviceInfo.readOnly(size).flush(true).fua(Support.NONE);
        if (!readOnly) {
            builder.writable(true)
                    .trim(store.isSparse())
                    .zero(store.isSparse() ? Support.NATIVE : Support.EMULATE)
                    .fastZero(true)
                    .fua(Support.NATIVE);
        }
        info = builder.cache(Support.NATIVE)
                .extents(store.isSparse())
                .multiConn(true)
                .blockSizes(new BlockSizes(1, PREFERRED_BLOCK, BlockSizes.UNLIMITED))
                .build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        view.read(offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        view.write(offset, data);
    }

    @Override
    public boolean writesInParts() {
        return true;
    }

    @Override
    public ByteBuffer destination(long offset, int length) throws IOException {
        return view.destination(offset, length);
    }

    @Override
    public void flush() {
        // Memory is as stable as it will ever be; the same goes for FUA everywhere here.
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        view.zero(offset, length);
    }

    /** Gives the storage back even without MAY_TRIM, as nbdkit does: nothing here was reserved to begin with. */
    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        view.zero(offset, length);
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        view.status(offset, length, flags, sink);
    }

    @Override
    public void close() throws IOException {
        view.close();
    }
}
