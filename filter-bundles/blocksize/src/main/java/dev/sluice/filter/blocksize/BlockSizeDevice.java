package dev.sluice.filter.blocksize;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.Buffers;
import dev.sluice.api.Cancellation;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.api.util.Reads;
import dev.sluice.shared.alignment.AlignedExtents;
import dev.sluice.shared.requestlock.RequestLock;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Splits and aligns. A write of a part of a block reads the block, changes it and writes it back, alone; whole blocks
 * are read and written beside each other. Without a block size nothing is locked.
 */
final class BlockSizeDevice extends ForwardingDevice {
    private static final int USUAL_PREFERRED = 4096;

    private final Limits wanted;
    private final RequestLock lock;
    private final Buffers buffers;
    private final Cancellation cancellation;
    private DeviceInfo info;
    private AlignedExtents extents;
    private boolean locks;
    private int block;
    /** Of the block: zero in offsets and lengths of whole ones. */
    private int mask;
    private int maxData;
    private long maxLength;

    BlockSizeDevice(NbdDevice next, Limits wanted, RequestLock lock, Buffers buffers, Cancellation cancellation) {
        super(next);
        this.wanted = wanted;
        this.lock = lock;
        this.buffers = buffers;
        this.cancellation = cancellation;
    }

    @Override
    public void prepare() throws IOException {
        DeviceInfo behind = next.info();
        Limits limits = wanted.with(behind.blockSizes());
        block = limits.block();
        mask = block - 1;
        maxData = (int) limits.data();
        maxLength = limits.length();
        long size = behind.size() & -block;
        int preferred = behind.blockSizes().isNone() ? USUAL_PREFERRED : behind.blockSizes().preferred();
        info = behind.with().size(size).blockSizes(new BlockSizes(1, Math.max(preferred, block), BlockSizes.UNLIMITED)).build();
        extents = new AlignedExtents(next, block, size, maxLength);
        locks = block > 1 && info.isWritable();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        share();
        try {
            long at = offset;
            long end = offset + length;
            while (at < end) {
                int n = (int) Math.min(end - at & -block, maxData);
                if ((at & mask) == 0 && n > 0) {
                    next.read(at, n, reply);
                } else {
                    n = readPart(at, end, reply);
                }
                at += n;
            }
        } finally {
            unshare();
        }
    }

    /** The bytes of one block, up to its end or that of the request. */
    private int readPart(long at, long end, ReadReply reply) throws IOException {
        int inBlock = (int) (at & mask);
        int n = (int) Math.min(block - inBlock, end - at);
        try (Lease lease = buffers.lease(block)) {
            Reads.into(next, at - inBlock, lease.memory().duplicate());
            reply.lease(lease, inBlock, n);
        }
        return n;
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        int length = data.remaining();
        int head = head(offset, length);
        int tail = length - head & mask;
        if (head > 0) {
            rewrite(offset, head, data.slice(data.position(), head), flags);
        }
        writeWhole(offset + head, data, head, length - head - tail, flags);
        if (tail > 0) {
            rewrite(offset + length - tail, tail, data.slice(data.position() + length - tail, tail), flags);
        }
    }

    /** Whole blocks out of the buffer, from {@code skip} bytes behind its position. */
    private void writeWhole(long offset, ByteBuffer data, int skip, int length, Flags flags) throws IOException {
        if (length == 0) {
            return;
        }
        share();
        try {
            for (int done = 0; done < length; done += maxData) {
                int n = Math.min(maxData, length - done);
                next.write(offset + done, n == data.remaining() ? data : data.slice(data.position() + skip + done, n), flags);
            }
        } finally {
            unshare();
        }
    }

    /**
     * Changes a part of one block.
     *
     * @param bytes what to put there; null for zeroes
     */
    private void rewrite(long offset, int length, ByteBuffer bytes, Flags flags) throws IOException {
        int inBlock = (int) (offset & mask);
        lock.take(cancellation);
        try (Lease lease = buffers.lease(block)) {
            ByteBuffer whole = lease.memory().duplicate();
            Reads.into(next, offset - inBlock, whole);
            if (bytes != null) {
                whole.position(inBlock).put(bytes);
            } else {
                for (int i = inBlock; i < inBlock + length; i++) {
                    whole.put(i, (byte) 0);
                }
            }
            next.write(offset - inBlock, whole.clear(), flags);
        } finally {
            lock.giveBack();
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        long from = up(offset);
        long to = offset + length & -block;
        if (from >= to) {
            return;
        }
        share();
        try {
            for (long at = from; to - at > 0; at += maxLength) {
                next.trim(at, Math.min(maxLength, to - at), flags);
            }
        } finally {
            unshare();
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        int head = head(offset, length);
        int tail = (int) (length - head & mask);
        if (flags.fastZero() && (head > 0 || tail > 0 || length > maxLength)) {
            // A refusal in the middle would come late and after bytes have changed.
            throw new NbdException(NbdError.ENOTSUP, "zeroing " + length + " bytes at " + offset + " takes more than one request, so it is"
                    + " not fast");
        }
        Flags written = flags.without(Flags.MAY_TRIM | Flags.FAST_ZERO);
        if (head > 0) {
            rewrite(offset, head, null, written);
        }
        zeroWhole(offset + head, offset + length - tail, flags);
        if (tail > 0) {
            rewrite(offset + length - tail, tail, null, written);
        }
    }

    private void zeroWhole(long from, long to, Flags flags) throws IOException {
        if (from >= to) {
            return;
        }
        share();
        try {
            for (long at = from; to - at > 0; at += maxLength) {
                next.zero(at, Math.min(maxLength, to - at), flags);
            }
        } finally {
            unshare();
        }
    }

    /** Split as a read is, because it may be made of reads. */
    @Override
    public void cache(long offset, long length) throws IOException {
        long to = up(offset + length);
        for (long at = offset & -block; to - at > 0; at += maxData) {
            next.cache(at, Math.min(maxData, to - at));
        }
    }

    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        if (context.equals(MetaContext.BASE_ALLOCATION)) {
            extents.report(offset, length, flags, sink);
        } else {
            long from = offset & -block;
            next.status(context, from, Math.min(maxLength, up(offset + length) - from), flags, sink);
        }
    }

    /** How many bytes there are up to the first whole block, or in all if they lie in a part of one. */
    private int head(long offset, long length) {
        int inBlock = (int) (offset & mask);
        return inBlock == 0 ? 0 : (int) Math.min(block - inBlock, length);
    }

    /** Can't overflow, because the size is made of whole blocks. */
    private long up(long offset) {
        return offset + mask & -block;
    }

    private void share() throws NbdException {
        if (locks) {
            lock.share(cancellation);
        }
    }

    private void unshare() {
        if (locks) {
            lock.unshare();
        }
    }
}
