package dev.sluice.filter.delay;

import dev.sluice.api.Cancellation;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Waits, then passes the request on. A flush never waits, as in nbdkit. */
final class DelayDevice extends ForwardingDevice {
    private final DelayTimes times;
    private final Cancellation cancellation;

    DelayDevice(NbdDevice next, DelayTimes times, Cancellation cancellation) {
        super(next);
        this.times = times;
        this.cancellation = cancellation;
    }

    @Override
    public DeviceInfo info() {
        DeviceInfo behind = next.info();
        // a fast zero is answered here, so it is offered even where the device behind has none
        boolean offer = times.refusesFastZero() && behind.isWritable() && behind.zero() != Support.NONE;
        return offer ? behind.with().fastZero(true).build() : behind;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        sleep(times.read());
        next.read(offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        sleep(times.write());
        next.write(offset, data, flags);
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        sleep(times.trim());
        next.trim(offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        if (flags.fastZero() && times.refusesFastZero()) {
            throw new NbdException(NbdError.ENOTSUP, "zeroes are delayed, so none is fast");
        }
        sleep(times.zero());
        next.zero(offset, length, flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        sleep(times.cache());
        next.cache(offset, length);
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        sleep(times.extents());
        next.status(context, offset, length, flags, sink);
    }

    @Override
    public void finish() throws IOException {
        sleep(times.close());
    }

    private void sleep(Duration time) throws IOException {
        if (!time.isZero()) {
            cancellation.sleep(time);
        }
    }
}
