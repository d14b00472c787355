package dev.sluice.filter.swab;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.Buffers;
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
import java.io.IOException;
import java.nio.ByteBuffer;

/** The device behind with the bytes of each word reversed. Requests must be made of whole words. */
final class SwabDevice extends ForwardingDevice {
    /** What is told to clients if the device behind says nothing. */
    private static final int PREFERRED = 512;
    /** A large read takes many small buffers and no huge one. */
    private static final int PIECE = 1 << 20;
    private static final long NO_LIMIT = 1L << 62;

    private final int word;
    private final Buffers buffers;
    private DeviceInfo info;
    private AlignedExtents extents;

    SwabDevice(NbdDevice next, int word, Buffers buffers) {
        super(next);
        this.word = word;
        this.buffers = buffers;
    }

    @Override
    public void prepare() {
        DeviceInfo behind = next.info();
        long size = behind.size() & -word;
        info = behind.with().size(size).blockSizes(blockSizes(behind.blockSizes())).build();
        extents = new AlignedExtents(next, word, size, NO_LIMIT);
    }

    private BlockSizes blockSizes(BlockSizes behind) {
        if (behind.isNone()) {
            return new BlockSizes(word, PREFERRED, BlockSizes.UNLIMITED);
        }
        long maximum = behind.maximum() == BlockSizes.UNLIMITED ? BlockSizes.UNLIMITED : behind.maximum() & -word;
        return new BlockSizes(Math.max(word, behind.minimum()), behind.preferred(), maximum);
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        checkWhole(offset, length);
        if (word == 1) {
            next.read(offset, length, reply);
            return;
        }
        long at = offset;
        int rest = length;
        while (rest > 0) {
            int n = Math.min(rest, PIECE);
            ByteBuffer bytes = reply.buffer(n);
            int from = bytes.position();
            Reads.into(next, at, bytes);
            Words.swap(bytes, from, bytes.limit(), word);
            at += n;
            rest -= n;
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        int length = data.remaining();
        checkWhole(offset, length);
        if (word == 1) {
            next.write(offset, data, flags);
            return;
        }
        try (Lease lease = buffers.lease(length)) {
            ByteBuffer swapped = lease.memory().duplicate().clear().limit(length);
            swapped.put(data).flip();
            Words.swap(swapped, 0, length, word);
            next.write(offset, swapped, flags);
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        checkWhole(offset, length);
        next.trim(offset, length, flags);
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        checkWhole(offset, length);
        next.zero(offset, length, flags);
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        checkWhole(offset, length);
        next.cache(offset, length);
    }

    /** A word can only be called zero or a hole if all of its bytes are. */
    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        checkWhole(offset, length);
        if (word > 1 && context.equals(MetaContext.BASE_ALLOCATION)) {
            extents.report(offset, length, flags, sink);
        } else {
            next.status(context, offset, length, flags, sink);
        }
    }

    private void checkWhole(long offset, long length) throws NbdException {
        if (((offset | length) & word - 1) != 0) {
            throw new NbdException(NbdError.EINVAL, "a request of " + length + " bytes at " + offset
                    + ": with swab-bits=" + word * 8 + " both must be multiples of " + word);
        }
    }
}
