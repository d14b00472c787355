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
import java.util.ArrayList;
import java.util.List;

/**
 * The checking wrapper in front of every device of a chain: what a filter sees as the next device, what the connection
 * sees as the first one, and what a swap points at another device.
 *
 * <p>It keeps the rules of {@link NbdDevice} in one place: ranges, capabilities, the errors that may come out, the
 * emulation of what a layer lacks. Layers stay small because they can rely on it.
 *
 * <p>Threads: requests by any thread. {@link #target}, {@link #layer} and {@link #info} are changed only while the
 * gates of the chain are shut and nobody is inside; the gates give the ordering.
 */
final class DeviceNode implements NbdDevice {
    final Chain chain;
    final String exportName;
    final boolean readOnly;
    /** Opened through this node's layer, in the order of opening; guarded by the chain's monitor. */
    final List<DeviceNode> children = new ArrayList<>();
    Layer layer;
    LayerScope scope;
    NbdDevice target;
    /** During a swap: what the device before had opened; otherwise null. */
    Reuse reuse;
    boolean prepared;
    private DeviceInfo info;
    private boolean preparing;

    DeviceNode(Chain chain, Layer layer, String exportName, boolean readOnly) {
        this.chain = chain;
        this.layer = layer;
        this.exportName = exportName;
        this.readOnly = readOnly;
    }

    /** Prepares what is below, then this device, then asks for its size and capabilities. */
    @Override
    public void prepare() throws NbdException {
        if (info != null || preparing) {
            return;
        }
        preparing = true;
        for (DeviceNode child : chain.childrenOf(this)) {
            child.prepare();
        }
        try {
            target.prepare();
            prepared = true;
            info = Capabilities.asOffered(target.info(), readOnly);
        } catch (Throwable t) {
            throw layer.failures().failed("prepare", t);
        }
    }

    /** Forgets what was asked of the device before, because {@link #target} is another one now. */
    void forget() {
        info = null;
        preparing = false;
        prepared = false;
    }

    @Override
    public DeviceInfo info() {
        DeviceInfo i = info;
        if (i == null) {
            // A filter that looks at the device below before its own prepare: it is prepared first.
            try {
                prepare();
            } catch (NbdException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
            i = info;
        }
        return i;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws NbdException {
        layer.countRequest();
        checkRange(offset, length, NbdError.EINVAL, "read");
        int before = reply.remaining();
        try {
            target.read(offset, length, reply);
        } catch (Throwable t) {
            reply.rewind(before);
            throw layer.failures().failed("read", t);
        }
        int described = before - reply.remaining();
        if (described != length) {
            reply.rewind(before);
            throw layer.failures().broken("read", "described " + described + " of " + length + " bytes");
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws NbdException {
        layer.countRequest();
        checkWritable("write");
        checkRange(offset, data.remaining(), NbdError.ENOSPC, "write");
        try {
            if (flags.fua() && checkFua() == Support.EMULATE) {
                target.write(offset, data, flags.without(Flags.FUA));
                target.flush();
            } else {
                target.write(offset, data, flags);
            }
        } catch (Throwable t) {
            throw layer.failures().failed("write", t);
        }
    }

    @Override
    public void flush() throws NbdException {
        layer.countRequest();
        if (!info.canFlush()) {
            throw layer.failures().refused(NbdError.EINVAL, "this export has no flush");
        }
        try {
            target.flush();
        } catch (Throwable t) {
            throw layer.failures().failed("flush", t);
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws NbdException {
        layer.countRequest();
        checkWritable("trim");
        if (!info.canTrim()) {
            throw layer.failures().refused(NbdError.EINVAL, "this export has no trim");
        }
        checkRange(offset, length, NbdError.EINVAL, "trim");
        try {
            if (flags.fua() && checkFua() == Support.EMULATE) {
                target.trim(offset, length, flags.without(Flags.FUA));
                target.flush();
            } else {
                target.trim(offset, length, flags);
            }
        } catch (Throwable t) {
            throw layer.failures().failed("trim", t);
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws NbdException {
        layer.countRequest();
        checkWritable("write zeroes");
        if (info.zero() == Support.NONE) {
            throw layer.failures().refused(NbdError.EINVAL, "this export has no write zeroes");
        }
        checkRange(offset, length, NbdError.ENOSPC, "write zeroes");
        if (flags.fastZero() && !info.canFastZero()) {
            throw layer.failures().refused(NbdError.EINVAL, "this export has no fast zero");
        }
        try {
            boolean flushAfter = flags.fua() && checkFua() == Support.EMULATE;
            Flags passed = flushAfter ? flags.without(Flags.FUA) : flags;
            zeroOrWrite(offset, length, passed);
            if (flushAfter) {
                target.flush();
            }
        } catch (Throwable t) {
            throw layer.failures().failed("zero", t);
        }
    }

    private void zeroOrWrite(long offset, long length, Flags flags) throws Exception {
        if (info.zero() == Support.NATIVE) {
            try {
                target.zero(offset, length, flags);
                return;
            } catch (NbdException e) {
                if (e.error() != NbdError.ENOTSUP || flags.fastZero()) {
                    throw e;
                }
            }
        } else if (flags.fastZero()) {
            throw new NbdException(NbdError.ENOTSUP, "zeroing here is not quicker than a write");
        }
        Emulation.zeroByWriting(target, offset, length, flags.without(Flags.MAY_TRIM | Flags.FAST_ZERO));
    }

    @Override
    public void cache(long offset, long length) throws NbdException {
        layer.countRequest();
        if (info.cache() == Support.NONE) {
            throw layer.failures().refused(NbdError.EINVAL, "this export has no cache");
        }
        checkRange(offset, length, NbdError.EINVAL, "cache");
        try {
            if (info.cache() == Support.NATIVE) {
                target.cache(offset, length);
            } else {
                Emulation.cacheByReading(scope.services(), target, offset, length);
            }
        } catch (Throwable t) {
            throw layer.failures().failed("cache", t);
        }
    }

    @Override
    public List<MetaContext> contexts() {
        return List.copyOf(target.contexts());
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        layer.countRequest();
        checkRange(offset, length, NbdError.EINVAL, "block status");
        if (!info.extents() && context.equals(MetaContext.BASE_ALLOCATION)) {
            sink.extent(offset, length, 0);
            return;
        }
        ExtentChecker checker = new ExtentChecker(sink, offset, length, info.size(), flags.reqOne());
        try {
            target.status(context, offset, length, flags, checker);
            checker.finish();
        } catch (Throwable t) {
            throw layer.failures().failed("status", t);
        }
    }

    /** The devices that the old device of a node had opened, for the new one to take over. */
    static final class Reuse {
        private final List<DeviceNode> left;

        Reuse(List<DeviceNode> children) {
            left = new ArrayList<>(children);
        }

        /** The first that was opened in the same way, or null. */
        DeviceNode take(String exportName, boolean readOnly) {
            for (DeviceNode child : left) {
                if (child.exportName.equals(exportName) && child.readOnly == readOnly) {
                    left.remove(child);
                    return child;
                }
            }
            return null;
        }

        /** What nobody asked for. */
        List<DeviceNode> left() {
            return left;
        }
    }

    /** A filter may close a device that it opened, once it needs it no more. */
    @Override
    public void close() {
        chain.closeSubtree(this);
    }

    private void checkWritable(String operation) throws NbdException {
        if (!info.isWritable()) {
            throw layer.failures().refused(NbdError.EPERM, operation + " to a read-only export");
        }
    }

    private Support checkFua() throws NbdException {
        if (info.fua() == Support.NONE) {
            throw layer.failures().refused(NbdError.EINVAL, "this export has no FUA");
        }
        return info.fua();
    }

    private void checkRange(long offset, long length, NbdError error, String operation) throws NbdException {
        // One comparison for the common case; written so that no sum can overflow.
        if (offset < 0 || length <= 0 || offset > info.size() - length) {
            String text = length == 0 ? operation + " of zero bytes"
                    : operation + " of " + Long.toUnsignedString(length) + " bytes at " + Long.toUnsignedString(offset)
                            + " goes beyond the end of the export, which has " + info.size() + " bytes";
            throw layer.failures().refused(error, text);
        }
    }
}
