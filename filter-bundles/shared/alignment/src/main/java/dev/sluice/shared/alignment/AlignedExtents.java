package dev.sluice.shared.alignment;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;
import java.io.IOException;

/**
 * Describes {@code base:allocation} of a device in whole blocks: a block with parts of different status has what they all
 * have in common, so one that is a hole in part only is data. The device is asked in whole blocks, too. Immutable, safe
 * for use by several threads.
 */
public final class AlignedExtents {
    private final NbdDevice device;
    private final long block;
    private final long size;
    private final long most;

    /**
     * For one device.
     *
     * @param block in bytes, a power of 2
     * @param size how much of the device is shown, in bytes; if that is no multiple of the block, the last one is shorter
     * @param most how much the device is asked about at a time, in bytes; a multiple of the block
     */
    public AlignedExtents(NbdDevice device, long block, long size, long most) {
        if (Long.bitCount(block) != 1 || most < block || most % block != 0) {
            throw new IllegalArgumentException("blocks of " + block + " and requests of at most " + most + " bytes");
        }
        this.device = device;
        this.block = block;
        this.size = size;
        this.most = most;
    }

    /**
     * Reports the extents of a range; they may start before it and end behind it.
     *
     * @param offset need not be a multiple of the block
     * @param length at least 1; the range lies inside of what is shown
     */
    public void report(long offset, long length, Flags flags, StatusSink sink) throws IOException {
        long end = up(offset + length);
        Blocks blocks = new Blocks(sink, offset & -block);
        Flags asked = flags;
        while (blocks.known < end && !blocks.isEnough(flags)) {
            long before = blocks.known;
            // what is known of a block in part is asked for again, so that only whole blocks are asked for
            long from = before & -block;
            device.status(MetaContext.BASE_ALLOCATION, from, Math.min(end - from, most), asked, blocks);
            if (blocks.known == before) {
                // the answer ended inside of this block again; data is always right
                blocks.extent(before, up(before + 1) - before, 0);
            }
            asked = asked.without(Flags.REQ_ONE);
        }
    }

    private long up(long offset) {
        long down = offset & -block;
        return down == offset ? offset : size - down < block ? size : down + block;
    }

    /** Takes extents with any ends and passes on whole blocks. */
    private final class Blocks implements StatusSink {
        private final StatusSink sink;
        /** Up to here everything was passed on: the start of a block. */
        private long passed;
        /** Up to here it was described; the block in between is not complete. */
        private long known;
        /** What the bytes between the two have in common. */
        private long common;
        private boolean any;
        private boolean more = true;

        Blocks(StatusSink sink, long start) {
            this.sink = sink;
            this.passed = start;
            this.known = start;
        }

        boolean isEnough(Flags flags) {
            return !more || any && flags.reqOne();
        }

        @Override
        public boolean extent(long offset, long length, long status) throws NbdException {
            // a sum beyond 2^63-1 can only be behind the end
            long end = length > size - offset ? size : offset + length;
            if (end <= known || !more) {
                return more;
            }
            if (known > passed) {
                common &= status;
                known = Math.min(end, up(known));
                if (known == up(known)) {
                    pass(common);
                }
            }
            long whole = end == size ? end : end & -block;
            if (whole > known) {
                known = whole;
                pass(status);
            }
            if (end > known) {
                common = status;
                known = end;
            }
            return more && known < size;
        }

        private void pass(long status) throws NbdException {
            more = sink.extent(passed, known - passed, status);
            any = true;
            passed = known;
        }
    }
}
