package dev.sluice.core.chain;

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
import java.util.List;

/**
 * The checking wrapper in front of every device of a chain: what a filter sees as the next device, what the connection
 * sees as the first one, and what a change of the chain points at another device.
 *
 * <p>It keeps the rules of {@link NbdDevice} in one place: ranges, capabilities, the errors that may come out, the
 * emulation of what a layer lacks. Layers stay small because they can rely on it.
 *
 * <p>Threads: requests by any thread. {@link #device} is changed only while the gates of the chain are shut and nobody
 * is inside; the gates give the ordering.
 */
final class DeviceNode implements NbdDevice {
    /** How the device behind this node was asked for. */
    final String exportName;
    final boolean readOnly;
    OpenDevice device;
    /** The device that opened this node; null for the first, which the connection has opened. */
    OpenDevice parent;

    DeviceNode(String exportName, boolean readOnly) {
        this.exportName = exportName;
        this.readOnly = readOnly;
    }

    @Override
    public void prepare() throws NbdException {
        device.prepare();
    }

    @Override
    public DeviceInfo info() {
        DeviceInfo i = device.info();
        if (i == null) {
            // A filter that looks at the device below before its own prepare: it is prepared first.
            try {
                device.prepare();
            } catch (NbdException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
            i = device.info();
        }
        return i;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        device.layer.countRequest();
        checkRange(offset, length, NbdError.EINVAL, "read");
        int before = reply.remaining();
        try {
            device.target.read(offset, length, reply);
        } catch (Throwable t) {
            reply.rewind(before);
            throw device.layer.failures().failed("read", t);
        }
        int described = before - reply.remaining();
        if (described != length) {
            reply.rewind(before);
            throw device.layer.failures().broken("read", "described " + described + " of " + length + " bytes");
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        device.layer.countRequest();
        checkWritable("write");
        checkRange(offset, data.remaining(), NbdError.ENOSPC, "write");
        boolean flushAfter = flags.fua() && checkFua() == Support.EMULATE;
        try {
            if (flushAfter) {
                device.target.write(offset, data, flags.without(Flags.FUA));
                device.target.flush();
            } else {
                device.target.write(offset, data, flags);
            }
        } catch (Throwable t) {
            throw device.layer.failures().failed("write", t);
        }
    }

    @Override
    public void flush() throws NbdException {
        device.layer.countRequest();
        if (!device.info().canFlush()) {
            throw device.layer.failures().refused(NbdError.EINVAL, "this export has no flush");
        }
        try {
            device.target.flush();
        } catch (Throwable t) {
            throw device.layer.failures().failed("flush", t);
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        device.layer.countRequest();
        checkWritable("trim");
        if (!device.info().canTrim()) {
            throw device.layer.failures().refused(NbdError.EINVAL, "this export has no trim");
        }
        checkRange(offset, length, NbdError.EINVAL, "trim");
        boolean flushAfter = flags.fua() && checkFua() == Support.EMULATE;
        try {
            if (flushAfter) {
                device.target.trim(offset, length, flags.without(Flags.FUA));
                device.target.flush();
            } else {
                device.target.trim(offset, length, flags);
            }
        } catch (Throwable t) {
            throw device.layer.failures().failed("trim", t);
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws NbdException {
        device.layer.countRequest();
        checkWritable("write zeroes");
        if (device.info().zero() == Support.NONE) {
            throw device.layer.failures().refused(NbdError.EINVAL, "this export has no write zeroes");
        }
        checkRange(offset, length, NbdError.ENOSPC, "write zeroes");
        if (flags.fastZero() && !device.info().canFastZero()) {
            throw device.layer.failures().refused(NbdError.EINVAL, "this export has no fast zero");
        }
        boolean flushAfter = flags.fua() && checkFua() == Support.EMULATE;
        try {
            Flags passed = flushAfter ? flags.without(Flags.FUA) : flags;
            zeroOrWrite(offset, length, passed);
            if (flushAfter) {
                device.target.flush();
            }
        } catch (Throwable t) {
            throw device.layer.failures().failed("zero", t);
        }
    }

    private void zeroOrWrite(long offset, long length, Flags flags) throws Exception {
        if (device.info().zero() == Support.NATIVE) {
            try {
                device.target.zero(offset, length, flags);
                return;
            } catch (NbdException e) {
                if (e.error() != NbdError.ENOTSUP || flags.fastZero()) {
                    throw e;
                }
            }
        } else if (flags.fastZero()) {
            throw new NbdException(NbdError.ENOTSUP, "zeroing here is not quicker than a write");
        }
        Emulation.zeroByWriting(device.target, offset, length, flags.without(Flags.MAY_TRIM | Flags.FAST_ZERO));
    }

    @Override
    public void cache(long offset, long length) throws NbdException {
        device.layer.countRequest();
        if (device.info().cache() == Support.NONE) {
            throw device.layer.failures().refused(NbdError.EINVAL, "this export has no cache");
        }
        checkRange(offset, length, NbdError.EINVAL, "cache");
        try {
            if (device.info().cache() == Support.NATIVE) {
                device.target.cache(offset, length);
            } else {
                Emulation.cacheByReading(device.scope.services(), device.target, offset, length);
            }
        } catch (Throwable t) {
            throw device.layer.failures().failed("cache", t);
        }
    }

    @Override
    public List<MetaContext> contexts() {
        return List.copyOf(device.target.contexts());
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        device.layer.countRequest();
        checkRange(offset, length, NbdError.EINVAL, "block status");
        if (!device.info().extents() && context.equals(MetaContext.BASE_ALLOCATION)) {
            sink.extent(offset, length, 0);
            return;
        }
        ExtentChecker checker = new ExtentChecker(sink, offset, length, device.info().size(), flags.reqOne());
        try {
            device.target.status(context, offset, length, flags, checker);
            checker.finish();
        } catch (Throwable t) {
            throw device.layer.failures().failed("status", t);
        }
    }

    /** A filter may close a device that it opened, once it needs it no more. */
    @Override
    public void close() {
        device.chain.closeSubtree(this);
    }

    private void checkWritable(String operation) throws NbdException {
        if (!device.info().isWritable()) {
            throw device.layer.failures().refused(NbdError.EPERM, operation + " to a read-only export");
        }
    }

    private Support checkFua() throws NbdException {
        if (device.info().fua() == Support.NONE) {
            throw device.layer.failures().refused(NbdError.EINVAL, "this export has no FUA");
        }
        return device.info().fua();
    }

    private void checkRange(long offset, long length, NbdError error, String operation) throws NbdException {
        // One comparison for the common case; written so that no sum can overflow.
        if (offset < 0 || length <= 0 || offset > device.info().size() - length) {
            String text = length == 0 ? operation + " of zero bytes"
                    : operation + " of " + Long.toUnsignedString(length) + " bytes at " + Long.toUnsignedString(offset)
                            + " goes beyond the end of the export, which has " + device.info().size() + " bytes";
            throw device.layer.failures().refused(error, text);
        }
    }
}
