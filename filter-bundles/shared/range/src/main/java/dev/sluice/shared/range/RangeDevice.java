package dev.sluice.shared.range;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.Extents;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A range of the device behind it: adds the start to every request. Which range is said once, in {@link #prepare()}. */
public abstract class RangeDevice extends ForwardingDevice {
    private long start;
    private DeviceInfo info;

    /** Of this device. */
    protected RangeDevice(NbdDevice next) {
        super(next);
    }

    /**
     * Says which range, in bytes.
     *
     * @param size that {@code start + size} is at most the size of the device behind is for the caller to see to
     */
    protected final void serve(long start, long size) {
        this.start = start;
        this.info = next.info().with().size(size).build();
    }

    /** Has to call {@link #serve}. */
    @Override
    public abstract void prepare() throws IOException;

    @Override
    public final DeviceInfo info() {
        return info;
    }

    @Override
    public final void read(long offset, int length, ReadReply reply) throws IOException {
        next.read(start + offset, length, reply);
    }

    @Override
    public final void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        next.write(start + offset, data, flags);
    }

    @Override
    public final boolean writesInParts() {
        return next.writesInParts();
    }

    @Override
    public final ByteBuffer destination(long offset, int length) throws IOException {
        return next.destination(start + offset, length);
    }

    @Override
    public final void trim(long offset, long length, Flags flags) throws IOException {
        next.trim(start + offset, length, flags);
    }

    @Override
    public final void zero(long offset, long length, Flags flags) throws IOException {
        next.zero(start + offset, length, flags);
    }

    @Override
    public final void cache(long offset, long length) throws IOException {
        next.cache(start + offset, length);
    }

    @Override
    public final void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        next.status(context, start + offset, length, flags, Extents.window(sink, start, info.size()));
    }
}
