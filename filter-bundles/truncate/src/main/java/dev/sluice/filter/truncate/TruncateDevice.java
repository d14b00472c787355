package dev.sluice.filter.truncate;

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

/**
 * The device behind with another size. What lies behind the real end reads as zero and is a hole; it takes zeroes, trims
 * and hints, and refuses other bytes.
 */
final class TruncateDevice extends ForwardingDevice {
    private final NewSize newSize;
    private long real;
    private DeviceInfo info;

    TruncateDevice(NbdDevice next, NewSize newSize) {
        super(next);
        this.newSize = newSize;
    }

    @Override
    public void prepare() throws IOException {
        DeviceInfo behind = next.info();
        real = behind.size();
        long size = newSize.of(real);
        DeviceInfo.Builder b = behind.with().size(size);
        if (size > real) {
            // what is added is known to be a hole, whatever is known of the rest
            b.extents(true);
            if (behind.zero() == Support.EMULATE) {
                // the core would write zeroes to what is added, which may be a million times the real size
                b.zero(Support.NATIVE).fastZero(behind.canFastZero());
            }
        }
        info = b.build();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    /** How many bytes of a range the device behind has. */
    private long inside(long offset, long length) {
        return offset >= real ? 0 : Math.min(length, real - offset);
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        int inside = (int) inside(offset, length);
        if (inside > 0) {
            next.read(offset, inside, reply);
        }
        if (inside < length) {
            reply.zeroes(length - inside);
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        int length = data.remaining();
        int inside = (int) inside(offset, length);
        if (inside == length) {
            next.write(offset, data, flags);
            return;
        }
        // looked at first, so that a write that is refused changes nothing
        if (!isZero(data, data.position() + inside)) {
            throw new NbdException(NbdError.ENOSPC, "only zeroes can be written behind byte " + real
                    + ", where the real disk ends");
        }
        if (inside > 0) {
            next.write(offset, data.slice(data.position(), inside), flags);
        }
        data.position(data.limit());
    }

    private static boolean isZero(ByteBuffer data, int from) {
        int at = from;
        for (; at <= data.limit() - Long.BYTES; at += Long.BYTES) {
            if (data.getLong(at) != 0) {
                return false;
            }
        }
        for (; at < data.limit(); at++) {
            if (data.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        long inside = inside(offset, length);
        if (inside > 0) {
            next.trim(offset, inside, flags);
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        long inside = inside(offset, length);
        if (inside > 0) {
            next.zero(offset, inside, flags);
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        long inside = inside(offset, length);
        if (inside > 0) {
            next.cache(offset, inside);
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        long inside = inside(offset, length);
        boolean more = true;
        if (inside > 0) {
            RealPart part = new RealPart(sink, Math.min(real, info.size()));
            next.status(context, offset, inside, flags, part);
            more = part.wantsWhatFollows();
        }
        if (more && info.size() > real) {
            long from = Math.max(offset, real);
            int added = context.equals(MetaContext.BASE_ALLOCATION) ? MetaContext.HOLE | MetaContext.ZERO : 0;
            sink.extent(from, info.size() - from, added);
        }
    }

    /** Passes on extents of the device behind, cut at the end of what is shown of it. */
    private static final class RealPart implements StatusSink {
        private final StatusSink sink;
        private final long end;
        private boolean more = true;
        private boolean complete;

        RealPart(StatusSink sink, long end) {
            this.sink = sink;
            this.end = end;
        }

        @Override
        public boolean extent(long offset, long length, long status) throws NbdException {
            if (offset >= end) {
                return false;
            }
            more = sink.extent(offset, Math.min(length, end - offset), status);
            complete = length >= end - offset;
            return more && !complete;
        }

        /** Whether everything up to the end was described and the client wants to know more. */
        boolean wantsWhatFollows() {
            return more && complete;
        }
    }
}
