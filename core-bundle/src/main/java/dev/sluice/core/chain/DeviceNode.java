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
import dev.sluice.api.runtime.LayerMetrics;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The checking wrapper in front of every device of a chain: what a filter sees as the next device, what the connection
 * sees as the first one, and what a change of the chain points at another device.
 *
 * <p>It keeps the rules of {@link NbdDevice} in one place: ranges, capabilities, the errors that may come out, the
 * emulation of what a layer lacks. Layers stay small because they can rely on it.
 *
 * <p>Threads: requests by any thread. {@link #device} is changed while the gates of the chain are shut and nobody is
 * inside, and when the code that uses this node is given up: from that moment the node refuses, which is why every
 * request looks at it once.
 */
final class DeviceNode implements NbdDevice {
    /** How the device behind this node was asked for. */
    final String exportName;
    final boolean readOnly;
    volatile OpenDevice device;
    private int turn;
    /** What was behind this node before it refused; otherwise null. Guarded by the chain's monitor. */
    private OpenDevice refused;
    private boolean refuses;
    /** The device that opened this node; null for the first, which the connection has opened. */
    OpenDevice parent;

    DeviceNode(String exportName, boolean readOnly) {
        this.exportName = exportName;
        this.readOnly = readOnly;
    }

    /** The code that uses this node was given up. The chain's monitor is held. */
    void refuse() {
        refuses = true;
        if (device != null && refused == null) {
            refused = device;
            device = OpenDevice.refusing(refused);
        }
    }

    boolean refuses() {
        return refuses;
    }

    /** What is open behind this node, also if it refuses. */
    OpenDevice real() {
        OpenDevice before = refused;
        return before != null ? before : device;
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
        OpenDevice d = device;
        long began = count(d);
        checkRange(d, offset, length, NbdError.EINVAL, "read");
        int before = reply.remaining();
        try {
            d.target.read(offset, length, reply);
        } catch (Throwable t) {
            reply.rewind(before);
            throw d.failed("read", t);
        } finally {
            took(d, began);
        }
        int described = before - reply.remaining();
        if (described != length) {
            reply.rewind(before);
            throw d.broken("read", "described " + described + " of " + length + " bytes");
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        OpenDevice d = device;
        long began = count(d);
        checkWritable(d, "write");
        checkRange(d, offset, data.remaining(), NbdError.ENOSPC, "write");
        boolean flushAfter = flags.fua() && checkFua(d) == Support.EMULATE;
        try {
            if (flushAfter) {
                d.target.write(offset, data, flags.without(Flags.FUA));
                d.target.flush();
            } else {
                d.target.write(offset, data, flags);
            }
        } catch (Throwable t) {
            throw d.failed("write", t);
        } finally {
            took(d, began);
        }
    }

    @Override
    public boolean writesInParts() {
        NbdDevice target = device.target;
        return target != null && target.writesInParts();
    }

    /** Not counted: the write that ends the request is. */
    @Override
    public ByteBuffer destination(long offset, int length) throws NbdException {
        OpenDevice d = device;
        checkWritable(d, "write");
        checkRange(d, offset, length, NbdError.ENOSPC, "write");
        ByteBuffer memory;
        try {
            memory = d.target.destination(offset, length);
        } catch (Throwable t) {
            throw d.failed("write", t);
        }
        if (memory != null && (memory.isReadOnly() || !memory.hasRemaining() || memory.remaining() > length)) {
            throw d.broken("destination", "answered " + memory + " for " + length + " bytes");
        }
        return memory;
    }

    @Override
    public void flush() throws NbdException {
        OpenDevice d = device;
        long began = count(d);
        if (!d.info().canFlush()) {
            throw d.layer.failures().refused(NbdError.EINVAL, "this export has no flush");
        }
        try {
            d.target.flush();
        } catch (Throwable t) {
            throw d.failed("flush", t);
        } finally {
            took(d, began);
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        OpenDevice d = device;
        long began = count(d);
        checkWritable(d, "trim");
        if (!d.info().canTrim()) {
            throw d.layer.failures().refused(NbdError.EINVAL, "this export has no trim");
        }
        checkRange(d, offset, length, NbdError.EINVAL, "trim");
        boolean flushAfter = flags.fua() && checkFua(d) == Support.EMULATE;
        try {
            if (flushAfter) {
                d.target.trim(offset, length, flags.without(Flags.FUA));
                d.target.flush();
            } else {
                d.target.trim(offset, length, flags);
            }
        } catch (Throwable t) {
            throw d.failed("trim", t);
        } finally {
            took(d, began);
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws NbdException {
        OpenDevice d = device;
        long began = count(d);
        checkWritable(d, "write zeroes");
        if (d.info().zero() == Support.NONE) {
            throw d.layer.failures().refused(NbdError.EINVAL, "this export has no write zeroes");
        }
        checkRange(d, offset, length, NbdError.ENOSPC, "write zeroes");
        if (flags.fastZero() && !d.info().canFastZero()) {
            throw d.layer.failures().refused(NbdError.EINVAL, "this export has no fast zero");
        }
        boolean flushAfter = flags.fua() && checkFua(d) == Support.EMULATE;
        try {
            Flags passed = flushAfter ? flags.without(Flags.FUA) : flags;
            zeroOrWrite(d, offset, length, passed);
            if (flushAfter) {
                d.target.flush();
            }
        } catch (Throwable t) {
            throw d.failed("zero", t);
        } finally {
            took(d, began);
        }
    }

    private void zeroOrWrite(OpenDevice d, long offset, long length, Flags flags) throws Exception {
        if (d.info().zero() == Support.NATIVE) {
            try {
                d.target.zero(offset, length, flags);
                return;
            } catch (NbdException e) {
                if (e.error() != NbdError.ENOTSUP || flags.fastZero()) {
                    throw e;
                }
            }
        } else if (flags.fastZero()) {
            throw new NbdException(NbdError.ENOTSUP, "zeroing here is not quicker than a write");
        }
        Emulation.zeroByWriting(d.target, offset, length, flags.without(Flags.MAY_TRIM | Flags.FAST_ZERO));
    }

    @Override
    public void cache(long offset, long length) throws NbdException {
        OpenDevice d = device;
        long began = count(d);
        if (d.info().cache() == Support.NONE) {
            throw d.layer.failures().refused(NbdError.EINVAL, "this export has no cache");
        }
        checkRange(d, offset, length, NbdError.EINVAL, "cache");
        try {
            if (d.info().cache() == Support.NATIVE) {
                d.target.cache(offset, length);
            } else {
                Emulation.cacheByReading(d.scope.services(), d.target, offset, length);
            }
        } catch (Throwable t) {
            throw d.failed("cache", t);
        } finally {
            took(d, began);
        }
    }

    @Override
    public List<MetaContext> contexts() {
        return List.copyOf(device.target.contexts());
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        OpenDevice d = device;
        long began = count(d);
        checkRange(d, offset, length, NbdError.EINVAL, "block status");
        if (!d.info().extents() && context.equals(MetaContext.BASE_ALLOCATION)) {
            sink.extent(offset, length, 0);
            return;
        }
        ExtentChecker checker = new ExtentChecker(sink, offset, length, d.info().size(), flags.reqOne());
        try {
            d.target.status(context, offset, length, flags, checker);
            checker.finish();
        } catch (Throwable t) {
            throw d.failed("status", t);
        } finally {
            took(d, began);
        }
    }

    /** A filter may close a device that it opened, once it needs it no more. */
    @Override
    public void close() {
        OpenDevice d = device;
        if (d.chain.mayClose(this)) {
            d.chain.closeSubtree(this);
        }
    }

    /** Counts a request; one in so many is measured too. Zero if this one is not. */
    private long count(OpenDevice d) {
        d.layer.countRequest();
        // threads may overwrite each other here: that costs nothing but the exact distance of samples
        return turn++ % LayerMetrics.SAMPLED == 0 ? d.layer.begin() : 0;
    }

    private static void took(OpenDevice d, long began) {
        if (began != 0) {
            d.layer.took(began);
        }
    }

    private void checkWritable(OpenDevice d, String operation) throws NbdException {
        if (!d.info().isWritable()) {
            throw d.layer.failures().refused(NbdError.EPERM, operation + " to a read-only export");
        }
    }

    private Support checkFua(OpenDevice d) throws NbdException {
        if (d.info().fua() == Support.NONE) {
            throw d.layer.failures().refused(NbdError.EINVAL, "this export has no FUA");
        }
        return d.info().fua();
    }

    private void checkRange(OpenDevice d, long offset, long length, NbdError error, String operation) throws NbdException {
        // One comparison for the common case; written so that no sum can overflow.
        if (offset < 0 || length <= 0 || offset > d.info().size() - length) {
            String text = length == 0 ? operation + " of zero bytes"
                    : operation + " of " + Long.toUnsignedString(length) + " bytes at " + Long.toUnsignedString(offset)
                            + " goes beyond the end of the export, which has " + d.info().size() + " bytes";
            throw d.layer.failures().refused(error, text);
        }
    }
}
