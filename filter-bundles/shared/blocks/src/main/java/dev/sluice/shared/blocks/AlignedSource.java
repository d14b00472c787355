package dev.sluice.shared.blocks;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.Buffers;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.api.util.Reads;
import java.io.IOException;

/**
 * Reads any range from a device that may want its requests aligned or not too large: requests are widened to its minimum
 * and split at its maximum. Where it has no such wishes everything passes as it is, without a copy. Requests that change
 * bytes are not looked at. Safe for use by several threads.
 */
public final class AlignedSource extends ForwardingDevice {
    /** What a request may have at most where the device says nothing. */
    private static final int LIMIT = 64 << 20;

    private final Buffers buffers;
    private final long size;
    private final boolean canCache;
    private final int minimum;
    private final int maximum;

    /** In front of a device that is prepared. */
    public AlignedSource(NbdDevice device, Buffers buffers) {
        super(device);
        this.buffers = buffers;
        DeviceInfo info = device.info();
        size = info.size();
        canCache = info.cache() != Support.NONE;
        BlockSizes sizes = info.blockSizes();
        minimum = sizes.isNone() ? 1 : sizes.minimum();
        long most = sizes.isNone() ? LIMIT : Math.min(LIMIT, sizes.maximum());
        maximum = (int) Math.max(minimum, most / minimum * minimum);
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long aligned = down(at);
            long rest = end == size ? end - at : down(end) - at;
            if (aligned == at && rest > 0) {
                int n = (int) Math.min(rest, maximum);
                next.read(at, n, reply);
                at += n;
            } else {
                int hull = (int) Math.min(minimum, size - aligned);
                int n = (int) (Math.min(end, aligned + hull) - at);
                try (Lease lease = buffers.lease(hull)) {
                    Reads.into(next, aligned, lease.memory().duplicate().clear().limit(hull));
                    reply.lease(lease, (int) (at - aligned), n);
                }
                at += n;
            }
        }
    }

    /** Passes the hint on if the device wants hints. */
    @Override
    public void cache(long offset, long length) throws IOException {
        if (canCache) {
            long from = down(offset);
            next.cache(from, up(offset + length) - from);
        }
    }

    /** What comes may start before the range and end behind it. */
    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        long from = down(offset);
        next.status(context, from, up(offset + length) - from, flags, sink);
    }

    private long down(long offset) {
        return offset & -minimum;
    }

    private long up(long offset) {
        long down = down(offset);
        return down == offset ? offset : size - down < minimum ? size : down + minimum;
    }
}
