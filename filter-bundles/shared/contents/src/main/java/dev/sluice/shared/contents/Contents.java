package dev.sluice.shared.contents;

import dev.sluice.api.Buffers;
import dev.sluice.api.Cancellation;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.Reads;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Compares ranges of a device with given bytes or with zeroes, without having all of it in memory. Safe for use by several
 * threads as far as the device is.
 */
public final class Contents {
    /** What {@link #firstDifference} and {@link #firstNonZero} answer where there is no difference. */
    public static final long SAME = -1;
    /** How much is read at once, in bytes. */
    private static final int PIECE = 256 << 10;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(PIECE).asReadOnlyBuffer();

    private final NbdDevice device;
    private final boolean extents;
    private final Buffers buffers;
    private final Cancellation cancellation;

    /**
     * Of a device that is prepared and takes any range.
     *
     * @param cancellation ends a comparison of something large
     */
    public Contents(NbdDevice device, Buffers buffers, Cancellation cancellation) {
        this.device = device;
        this.extents = device.info().extents();
        this.buffers = buffers;
        this.cancellation = cancellation;
    }

    /**
     * Where the device first differs from these bytes.
     *
     * @param data compared from its position to its limit, neither of which is moved; they must not go beyond the device
     * @return the offset of a byte of the device, or {@link #SAME}
     * @throws IOException the device can't be read
     */
    public long firstDifference(long offset, ByteBuffer data) throws IOException {
        int length = data.remaining();
        if (length == 0) {
            return SAME;
        }
        try (Lease lease = buffers.lease(Math.min(length, PIECE))) {
            for (int at = 0; at < length; at += PIECE) {
                cancellation.check();
                ByteBuffer wanted = data.slice(data.position() + at, Math.min(PIECE, length - at));
                long differs = compare(lease, offset + at, wanted);
                if (differs != SAME) {
                    return differs;
                }
            }
        }
        return SAME;
    }

    /**
     * Where the device first reads as something else than zero. What the device reports as zero is not read.
     *
     * @return the offset of a byte of the device, or {@link #SAME}
     * @throws IOException the device can't be read
     */
    public long firstNonZero(long offset, long length) throws IOException {
        long end = offset + length;
        if (!extents) {
            return firstNonZeroByReading(offset, end);
        }
        Unknown unknown = new Unknown();
        for (long at = offset; at < end; at = unknown.end) {
            cancellation.check();
            // ranges are kept and read afterwards: a device need not expect reads in the middle of a status
            unknown.restart(at, end);
            device.status(MetaContext.BASE_ALLOCATION, at, end - at, Flags.NONE, unknown);
            for (int i = 0; i < unknown.count; i++) {
                long differs = firstNonZeroByReading(unknown.starts[i], unknown.ends[i]);
                if (differs != SAME) {
                    return differs;
                }
            }
        }
        return SAME;
    }

    private long firstNonZeroByReading(long from, long end) throws IOException {
        if (from >= end) {
            return SAME;
        }
        try (Lease lease = buffers.lease((int) Math.min(end - from, PIECE))) {
            for (long at = from; end - at > 0; at += PIECE) {
                cancellation.check();
                long differs = compare(lease, at, ZEROES.slice(0, (int) Math.min(end - at, PIECE)));
                if (differs != SAME) {
                    return differs;
                }
            }
        }
        return SAME;
    }

    private long compare(Lease lease, long offset, ByteBuffer wanted) throws IOException {
        ByteBuffer there = lease.memory().duplicate().clear().limit(wanted.remaining());
        Reads.into(device, offset, there);
        int differs = there.flip().mismatch(wanted);
        return differs < 0 ? SAME : offset + differs;
    }

    /** The parts of a range that are not reported as zero; stops when it is full and is asked for the rest. */
    private static final class Unknown implements StatusSink {
        private static final int MOST = 256;
        private final long[] starts = new long[MOST];
        private final long[] ends = new long[MOST];
        private int count;
        private long from;
        private long limit;
        private long end;

        void restart(long start, long stop) {
            count = 0;
            from = start;
            end = start;
            limit = stop;
        }

        @Override
        public boolean extent(long offset, long length, long status) {
            long start = Math.max(offset, from);
            long stop = length > limit - offset ? limit : offset + length;
            if (stop > start) {
                if ((status & MetaContext.ZERO) == 0) {
                    if (count == MOST) {
                        return false;
                    }
                    starts[count] = start;
                    ends[count] = stop;
                    count++;
                }
                end = stop;
            }
            return end < limit;
        }
    }
}
