package dev.sluice.filter.blocksizepolicy;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ClientInfo;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.shared.alignment.AlignedExtents;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Looks at each request before it passes. */
final class PolicyDevice extends ForwardingDevice {
    private static final long NO_LIMIT = 1L << 62;

    private final ChosenSizes chosen;
    private final ErrorPolicy policy;
    private final long disconnectAbove;
    private final ClientInfo client;
    private DeviceInfo info;
    private AlignedExtents extents;
    private long minimum = 1;
    private long maximum;

    /**
     * In front of a device.
     *
     * @param disconnectAbove a write of more bytes ends the connection
     */
    PolicyDevice(NbdDevice next, ChosenSizes chosen, ErrorPolicy policy, long disconnectAbove, ClientInfo client) {
        super(next);
        this.chosen = chosen;
        this.policy = policy;
        this.disconnectAbove = disconnectAbove;
        this.client = client;
    }

    @Override
    public void prepare() throws IOException {
        DeviceInfo behind = next.info();
        BlockSizes sizes = chosen.over(behind.blockSizes());
        info = behind.with().blockSizes(sizes).build();
        minimum = sizes.isNone() ? 1 : sizes.minimum();
        maximum = sizes.isNone() ? BlockSizes.UNLIMITED : sizes.maximum();
        extents = new AlignedExtents(next, minimum, behind.size(), NO_LIMIT);
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        checkData("read", offset, length);
        next.read(offset, length, reply);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        if (data.remaining() > disconnectAbove) {
            client.disconnect(true);
            throw new NbdException(NbdError.ESHUTDOWN, "a write of " + data.remaining() + " bytes ends the connection: at most "
                    + disconnectAbove + " are let in");
        }
        checkData("write", offset, data.remaining());
        next.write(offset, data, flags);
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        checkAligned("trim", offset, length);
        next.trim(offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        checkAligned("write zeroes", offset, length);
        next.zero(offset, length, flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        checkAligned("cache", offset, length);
        next.cache(offset, length);
    }

    /** Clients must be told of whole blocks only. */
    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        checkAligned("block status", offset, length);
        if (minimum > 1 && info.extents() && context.equals(MetaContext.BASE_ALLOCATION)) {
            extents.report(offset, length, flags, sink);
        } else {
            next.status(context, offset, length, flags, sink);
        }
    }

    /** Only requests that carry data have a maximum. */
    private void checkData(String operation, long offset, long length) throws NbdException {
        if (length > maximum && policy != ErrorPolicy.ALLOW) {
            throw refused(operation, offset, length, "more than the maximum block size of " + maximum);
        }
        checkAligned(operation, offset, length);
    }

    private void checkAligned(String operation, long offset, long length) throws NbdException {
        if (policy == ErrorPolicy.ALLOW || ((offset | length) & minimum - 1) == 0) {
            return;
        }
        if ((offset & minimum - 1) != 0) {
            throw refused(operation, offset, length, "the offset is no multiple of the minimum block size of " + minimum);
        }
        if (policy == ErrorPolicy.STRICT_ERROR || offset + length != info.size()) {
            throw refused(operation, offset, length, "the length is no multiple of the minimum block size of " + minimum);
        }
    }

    private static NbdException refused(String operation, long offset, long length, String why) {
        return new NbdException(NbdError.EINVAL, operation + " of " + length + " bytes at " + offset + ": " + why);
    }
}
