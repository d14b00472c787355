package dev.sluice.api.contract;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What stands between a filter and the device behind it in tests: it fails the test when a rule of {@link NbdDevice} is
 * broken, makes what is {@linkplain Support#EMULATE emulated}, and rewinds the reply of a read that failed; as the
 * core's own wrapper does.
 */
public final class CheckedDevice implements NbdDevice {
    private static final int MAX_DATA = 64 << 20;

    private final NbdDevice inner;
    private DeviceInfo info;
    private boolean prepared;
    private boolean closed;

    CheckedDevice(NbdDevice inner) {
        this.inner = inner;
    }

    @Override
    public void prepare() throws IOException {
        inner.prepare();
        prepared = true;
        info = inner.info();
    }

    @Override
    public DeviceInfo info() {
        rule(prepared, "info() before the device behind was prepared");
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        range("read", offset, length);
        rule(length <= MAX_DATA, "read of " + length + " bytes");
        int before = reply.remaining();
        rule(length <= before, "read of " + length + " bytes into a reply of " + before);
        try {
            inner.read(offset, length, reply);
        } catch (IOException e) {
            reply.rewind(before);
            throw e;
        }
        rule(reply.remaining() == before - length, "read described " + (before - reply.remaining()) + " of " + length + " bytes");
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        range("write", offset, data.remaining());
        rule(info.isWritable(), "write on a device that is read-only");
        rule(data.remaining() <= MAX_DATA, "write of " + data.remaining() + " bytes");
        inner.write(offset, data, fua(flags, Flags.FUA));
        afterwards(flags);
    }

    @Override
    public boolean writesInParts() {
        usable();
        return inner.writesInParts();
    }

    @Override
    public ByteBuffer destination(long offset, int length) throws IOException {
        range("destination", offset, length);
        rule(info.isWritable(), "a destination on a device that is read-only");
        rule(inner.writesInParts(), "a destination on a device that does not take parts of writes");
        return inner.destination(offset, length);
    }

    @Override
    public void flush() throws IOException {
        usable();
        rule(info.canFlush(), "flush on a device without");
        inner.flush();
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        range("trim", offset, length);
        rule(info.isWritable() && info.canTrim(), "trim on a device without");
        inner.trim(offset, length, fua(flags, Flags.FUA));
        afterwards(flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        range("zero", offset, length);
        rule(info.isWritable() && info.zero() != Support.NONE, "zero on a device without");
        rule(!flags.fastZero() || info.canFastZero(), "fast zero on a device without");
        Flags passed = fua(flags, Flags.FUA | Flags.MAY_TRIM | Flags.FAST_ZERO);
        if (info.zero() == Support.EMULATE) {
            if (flags.fastZero()) {
                throw new NbdException(NbdError.ENOTSUP, "writing zeroes is not fast");
            }
            inner.write(offset, ByteBuffer.allocate(Math.toIntExact(length)), passed.without(Flags.MAY_TRIM));
        } else {
            inner.zero(offset, length, passed);
        }
        afterwards(flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        range("cache", offset, length);
        rule(info.cache() != Support.NONE, "cache on a device without");
        if (info.cache() == Support.NATIVE) {
            inner.cache(offset, length);
        }
    }

    @Override
    public List<MetaContext> contexts() {
        usable();
        return inner.contexts();
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        range("status", offset, length);
        rule(flags.without(Flags.REQ_ONE) == Flags.NONE, "status with flags " + flags);
        if (context.equals(MetaContext.BASE_ALLOCATION) && !info.extents()) {
            sink.extent(offset, length, 0);
            return;
        }
        RecordingSink cut = new RecordingSink(offset, length, info.size(), flags.reqOne());
        inner.status(context, offset, length, flags, cut);
        cut.assertCovered();
        for (RecordingSink.Extent e : cut.extents()) {
            if (!sink.extent(e.offset(), e.length(), e.status())) {
                return;
            }
        }
    }

    @Override
    public void finish() throws IOException {
        usable();
        inner.finish();
    }

    @Override
    public void close() throws IOException {
        // a filter may close what it opened; the core then does not
        if (!closed) {
            closed = true;
            inner.close();
        }
    }

    /** Whether {@link #prepare()} has returned. */
    boolean isPrepared() {
        return prepared;
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return closed;
    }

    private Flags fua(Flags flags, int allowed) {
        rule(flags.without(allowed) == Flags.NONE, "flags " + flags);
        rule(!flags.fua() || info.fua() != Support.NONE, "FUA on a device without");
        return info.fua() == Support.EMULATE ? flags.without(Flags.FUA) : flags;
    }

    private void afterwards(Flags flags) throws IOException {
        if (flags.fua() && info.fua() == Support.EMULATE) {
            inner.flush();
        }
    }

    private void range(String what, long offset, long length) {
        usable();
        rule(offset >= 0 && length > 0 && offset <= info.size() - length,
                what + " of " + offset + "+" + length + " on a device of " + info.size() + " bytes");
    }

    private void usable() {
        rule(prepared, "a request before the device behind was prepared");
        rule(!closed, "a request after the device behind was closed");
    }

    private static void rule(boolean kept, String broken) {
        if (!kept) {
            throw new AssertionError("the filter broke a rule of NbdDevice: " + broken);
        }
    }
}
