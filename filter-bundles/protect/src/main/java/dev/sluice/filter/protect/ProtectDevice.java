package dev.sluice.filter.protect;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.shared.blocks.AlignedSource;
import dev.sluice.shared.contents.Contents;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Compares what a request would put into protected bytes with what is there; only a request that changes none of them goes
 * on, as a whole. Between comparison and write they can't change, because every other client is held to the same.
 */
final class ProtectDevice extends ForwardingDevice {
    private final ProtectedRanges ranges;
    private final OpenRequest request;
    private Contents contents;
    private long minimum;

    ProtectDevice(NbdDevice next, ProtectedRanges ranges, OpenRequest request) {
        super(next);
        this.ranges = ranges;
        this.request = request;
    }

    @Override
    public void prepare() {
        contents = new Contents(new AlignedSource(next, request.buffers()), request.buffers(), request.cancellation());
        BlockSizes sizes = next.info().blockSizes();
        minimum = sizes.isNone() ? 1 : sizes.minimum();
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        long last = offset + data.remaining() - 1;
        for (int i = ranges.find(offset); i < ranges.count() && ranges.start(i) <= last; i++) {
            long from = Math.max(ranges.start(i), offset);
            long to = Math.min(ranges.last(i), last);
            ByteBuffer part = data.slice(data.position() + (int) (from - offset), (int) (to - from) + 1);
            check("write", contents.firstDifference(from, part));
        }
        next.write(offset, data, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        checkZero("write zeroes", offset, length);
        next.zero(offset, length, flags);
    }

    /**
     * A trimmed range may read as anything afterwards, so that what is protected is left out even where it is zero; a part
     * that is no whole block too.
     */
    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        checkZero("trim", offset, length);
        long end = offset + length;
        long at = offset;
        int i = ranges.find(offset);
        if (i == ranges.count() || ranges.start(i) >= end) {
            next.trim(offset, length, flags);
            return;
        }
        for (; i < ranges.count() && ranges.start(i) < end; i++) {
            trimUnprotected(at, ranges.start(i), offset, end, flags);
            at = ranges.last(i) >= end ? end : ranges.last(i) + 1;
        }
        trimUnprotected(at, end, offset, end, flags);
    }

    /** Trims the whole blocks between two protected ranges; where the request itself begins or ends it is as it was. */
    private void trimUnprotected(long from, long to, long offset, long end, Flags flags) throws IOException {
        long start = from == offset ? from : (from + minimum - 1) & -minimum;
        long stop = to == end ? to : to & -minimum;
        if (start < stop) {
            next.trim(start, stop - start, flags);
        }
    }

    private void checkZero(String what, long offset, long length) throws IOException {
        long last = offset + length - 1;
        for (int i = ranges.find(offset); i < ranges.count() && ranges.start(i) <= last; i++) {
            long from = Math.max(ranges.start(i), offset);
            long to = Math.min(ranges.last(i), last);
            check(what, contents.firstNonZero(from, to - from + 1));
        }
    }

    private static void check(String what, long differs) throws NbdException {
        if (differs != Contents.SAME) {
            throw new NbdException(NbdError.EPERM, what + " would change byte " + differs + ", which is protected");
        }
    }
}
