package dev.sluice.shared.diskfiles;

import dev.sluice.api.BlockSizes;
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
import java.util.Arrays;
import java.util.List;

/**
 * A disk of segments, one behind the other. A request is split where segments meet. FUA flushes the segments of the request, a
 * flush all.
 */
public final class SegmentedDevice implements NbdDevice {
    private static final int PREFERRED_BLOCK = 4096;

    private final List<Segment> owned;
    /** Those that have bytes. */
    private final Segment[] segments;
    /** Where each segment starts, and behind them the size. */
    private final long[] starts;
    private final DeviceInfo info;

    /**
     * Owns the segments from now on.
     *
     * @param hasLibC whether files can give storage back
     * @throws NbdException if they have more than 2^63-1 bytes in all; the segments are not closed then
     */
    public SegmentedDevice(List<? extends Segment> segments, boolean writable, boolean hasLibC) throws NbdException {
        owned = List.copyOf(segments);
        this.segments = segments.stream().filter(s -> s.length() > 0).toArray(Segment[]::new);
        starts = new long[this.segments.length + 1];
        for (int i = 0; i < this.segments.length; i++) {
            long length = this.segments[i].length();
            if (length > Long.MAX_VALUE - starts[i]) {
                throw new NbdException(NbdError.EINVAL, "the files have more than 2^63-1 bytes in all");
            }
            starts[i + 1] = starts[i] + length;
        }
        DeviceInfo.Builder b = DeviceInfo.readOnly(size()).flush(true).fua(Support.NONE);
        if (writable) {
            b.writable(true).fua(Support.NATIVE).trim(hasLibC).zero(hasLibC ? Support.NATIVE : Support.EMULATE).fastZero(true);
        }
        info = b.cache(hasLibC ? Support.NATIVE : Support.EMULATE).extents(true).multiConn(true)
                .blockSizes(new BlockSizes(1, PREFERRED_BLOCK, BlockSizes.UNLIMITED)).build();
    }

    private long size() {
        return starts[segments.length];
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    /** The segment that has this byte. */
    private int indexOf(long offset) {
        int i = Arrays.binarySearch(starts, offset);
        return i >= 0 ? i : -i - 2;
    }

    /** How much of a range that starts at {@code at} lies in segment {@code i}. */
    private long inside(int i, long at, long end) {
        return Math.min(end, starts[i + 1]) - at;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        long at = offset;
        long end = offset + length;
        for (int i = indexOf(at); at < end; i++) {
            int n = (int) inside(i, at, end);
            segments[i].read(at - starts[i], n, reply);
            at += n;
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        long end = offset + data.remaining();
        int first = indexOf(offset);
        if (end <= starts[first + 1]) {
            segments[first].check(offset - starts[first], data);
            segments[first].write(offset - starts[first], data);
        } else {
            int start = data.position();
            long at = offset;
            for (int i = first; at < end; i++) {
                int n = (int) inside(i, at, end);
                segments[i].check(at - starts[i], data.slice(start + (int) (at - offset), n));
                at += n;
            }
            at = offset;
            for (int i = first; at < end; i++) {
                int n = (int) inside(i, at, end);
                segments[i].write(at - starts[i], data.slice(start + (int) (at - offset), n));
                at += n;
            }
        }
        afterwards(offset, end, flags);
    }

    @Override
    public void flush() throws IOException {
        for (Segment segment : segments) {
            segment.flush();
        }
    }

    private void afterwards(long offset, long end, Flags flags) throws IOException {
        if (flags.fua()) {
            for (int i = indexOf(offset); i < segments.length && starts[i] < end; i++) {
                segments[i].flush();
            }
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        long at = offset;
        long end = offset + length;
        for (int i = indexOf(at); at < end; i++) {
            long n = inside(i, at, end);
            segments[i].trim(at - starts[i], n);
            at += n;
        }
        afterwards(offset, end, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        long at = offset;
        long end = offset + length;
        for (int i = indexOf(at); at < end; i++) {
            long n = inside(i, at, end);
            if (!segments[i].zero(at - starts[i], n, flags.without(Flags.FUA))) {
                throw new NbdException(NbdError.ENOTSUP, "this can't be zeroed without writing zeroes");
            }
            at += n;
        }
        afterwards(offset, end, flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        long at = offset;
        long end = offset + length;
        for (int i = indexOf(at); at < end; i++) {
            long n = inside(i, at, end);
            segments[i].cache(at - starts[i], n);
            at += n;
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        long at = offset;
        long end = offset + length;
        boolean more = true;
        for (int i = indexOf(at); more && at < end; i++) {
            Shifted shifted = new Shifted(sink, starts[i], starts[i + 1]);
            segments[i].status(at - starts[i], inside(i, at, end), flags, shifted);
            more = shifted.isComplete() && !flags.reqOne();
            at = starts[i + 1];
        }
    }

    /** Extents of a segment as those of the disk. */
    private static final class Shifted implements StatusSink {
        private final StatusSink sink;
        private final long start;
        private final long end;
        private boolean more = true;
        private long known;

        Shifted(StatusSink sink, long start, long end) {
            this.sink = sink;
            this.start = start;
            this.end = end;
        }

        @Override
        public boolean extent(long offset, long length, long status) throws NbdException {
            long from = start + offset;
            if (from >= end) {
                return false;
            }
            long n = Math.min(length, end - from);
            more = sink.extent(from, n, status);
            known = from + n;
            return more && known < end;
        }

        /** Whether the segment was described to its end and more is wanted. */
        boolean isComplete() {
            return more && known == end;
        }
    }

    @Override
    public void close() throws IOException {
        close(owned);
    }

    /** Closes all, also if one fails; then throws the first failure. */
    public static void close(List<? extends Segment> segments) throws IOException {
        IOException failure = null;
        for (Segment segment : segments) {
            try {
                segment.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
