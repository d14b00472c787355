package dev.sluice.filter.offset;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.Extents;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Adds the offset to every request; whether that fits is found out once, in {@link #prepare()}. */
final class OffsetDevice extends ForwardingDevice {
    private final long offset;
    private final OptionalLong range;
    private long size;

    OffsetDevice(NbdDevice next, long offset, OptionalLong range) {
        super(next);
        this.offset = offset;
        this.range = range;
    }

    @Override
    public void prepare() throws IOException {
        long real = next.info().size();
        if (offset > real) {
            throw new NbdException(NbdError.EINVAL, "offset=" + offset + " lies behind the end of the " + real + " bytes that are there");
        }
        size = range.orElse(real - offset);
        if (size > real - offset) {
            throw new NbdException(NbdError.EINVAL, "offset=" + offset + " and range=" + size + " reach behind the end of the " + real
                    + " bytes that are there; range can be at most " + (real - offset));
        }
    }

    @Override
    public DeviceInfo info() {
        return next.info().with().size(size).build();
    }

    @Override
    public void read(long at, int length, ReadReply reply) throws IOException {
        next.read(offset + at, length, reply);
    }

    @Override
    public void write(long at, ByteBuffer data, Flags flags) throws IOException {
        next.write(offset + at, data, flags);
    }

    @Override
    public void trim(long at, long length, Flags flags) throws IOException {
        next.trim(offset + at, length, flags);
    }

    @Override
    public void zero(long at, long length, Flags flags) throws IOException {
        next.zero(offset + at, length, flags);
    }

    @Override
    public void cache(long at, long length) throws IOException {
        next.cache(offset + at, length);
    }

    @Override
    public void status(MetaContext context, long at, long length, Flags flags, StatusSink sink) throws IOException {
        next.status(context, offset + at, length, flags, Extents.window(sink, offset, size));
    }
}
