package dev.sluice.filter.cache;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.Buffers;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.Support;
import dev.sluice.api.util.Reads;
import dev.sluice.shared.blocks.AlignedSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection's device behind the cache. Others may borrow it to bring blocks home; who gives it up waits for them.
 * Safe for use by several threads.
 */
final class Behind {
    private static final int PIECE = 1 << 20;

    private final NbdDevice device;
    private final Buffers buffers;
    private final AlignedSource source;
    private final DeviceInfo info;
    private final int minimum;
    private final int maximum;
    private final ReentrantLock borrowed = new ReentrantLock();
    /** Guarded by {@link #borrowed}. */
    private boolean gone;

    /** For a device that is prepared. */
    Behind(NbdDevice device, Buffers buffers) {
        this.device = device;
        this.buffers = buffers;
        this.source = new AlignedSource(device, buffers);
        this.info = device.info();
        BlockSizes sizes = info.blockSizes();
        minimum = Math.max(1, sizes.minimum());
        long most = sizes.isNone() ? PIECE : Math.min(PIECE, sizes.maximum());
        maximum = (int) Math.max(minimum, most / minimum * minimum);
    }

    DeviceInfo info() {
        return info;
    }

    /** For reads, hints and status of any range. */
    AlignedSource source() {
        return source;
    }

    /** Writes any range; parts of what the device takes at least are read first, so nobody else may write there. */
    void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        long at = offset;
        long end = offset + data.remaining();
        while (at < end) {
            long aligned = at & -minimum;
            long rest = end == info.size() ? end - at : (end & -minimum) - at;
            int n;
            if (aligned == at && rest > 0) {
                n = (int) Math.min(rest, maximum);
                device.write(at, piece(data, n), flags);
            } else {
                n = patch(aligned, (int) (at - aligned), end, data, flags);
            }
            data.position(data.position() + n);
            at += n;
        }
    }

    private int patch(long aligned, int inside, long end, ByteBuffer data, Flags flags) throws IOException {
        int hull = (int) Math.min(minimum, info.size() - aligned);
        int n = (int) Math.min(hull - inside, end - aligned - inside);
        try (Lease lease = buffers.lease(hull)) {
            ByteBuffer bytes = lease.memory().duplicate().clear().limit(hull);
            Reads.into(device, aligned, bytes);
            bytes.put(inside, data, data.position(), n);
            device.write(aligned, bytes.flip(), flags);
        }
        return n;
    }

    private static ByteBuffer piece(ByteBuffer data, int n) {
        return data.duplicate().limit(data.position() + n);
    }

    /** Zeroes a range that keeps to what the device takes at least. */
    void zero(long offset, long length, Flags flags) throws IOException {
        if (info.zero() != Support.NONE) {
            device.zero(offset, length, flags);
            return;
        }
        try (Lease lease = buffers.zeroed((int) Math.min(PIECE, length))) {
            for (long at = offset; offset + length - at > 0; at += PIECE) {
                write(at, lease.memory().duplicate().clear().limit((int) Math.min(PIECE, offset + length - at)), flags.without(
                        Flags.MAY_TRIM | Flags.FAST_ZERO));
            }
        }
    }

    /** Whether a range keeps to what the device takes at least. */
    boolean isAligned(long offset, long length) {
        return (offset & minimum - 1) == 0 && ((offset + length & minimum - 1) == 0 || offset + length == info.size());
    }

    /** The first place from {@code offset} on where a request may start; may lie behind the end of the disk. */
    long firstAligned(long offset) {
        long inside = offset & minimum - 1;
        return inside == 0 ? offset : offset - inside + minimum;
    }

    /** The last place up to {@code end} where a request may end. */
    long lastAligned(long end) {
        return end == info.size() ? end : end & -minimum;
    }

    void trim(long offset, long length, Flags flags) throws IOException {
        device.trim(offset, length, flags);
    }

    /** Does nothing if the device has no flush: then what it has answered is as safe as it will ever be. */
    void flush() throws IOException {
        if (info.canFlush()) {
            device.flush();
        }
    }

    /** Makes sure that it stays open until {@link #giveBack}. Returns whether that is possible. */
    boolean borrow() {
        borrowed.lock();
        if (gone) {
            borrowed.unlock();
        }
        return borrowed.isHeldByCurrentThread();
    }

    /** As {@link #borrow}, but does not wait for another one who has borrowed it. */
    boolean tryBorrow() {
        if (borrowed.tryLock() && gone) {
            borrowed.unlock();
        }
        return borrowed.isHeldByCurrentThread();
    }

    void giveBack() {
        borrowed.unlock();
    }

    /** Nobody can borrow it any more, and nobody has. */
    void end() {
        borrowed.lock();
        gone = true;
        borrowed.unlock();
    }
}
