package dev.sluice.core.transmission;

import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;
import dev.sluice.core.protocol.Limits;
import java.util.Arrays;

/**
 * Collects the extents of one status reply and keeps them within what a reply may carry: one extent that does not
 * overrun the request for REQ_ONE, at most 2^20, 32-bit lengths without extended headers (NBD specification,
 * NBD_CMD_BLOCK_STATUS).
 */
final class Extents implements StatusSink {
    private final long end;
    private final boolean one;
    private final boolean extended;
    private long[] lengths = new long[16];
    private long[] statuses = new long[16];
    private int count;
    private boolean full;

    Extents(long offset, long length, boolean one, boolean extended) {
        this.end = offset + length;
        this.one = one;
        this.extended = extended;
    }

    @Override
    public boolean extent(long offset, long length, long status) throws NbdException {
        if (full || offset >= end && count > 0) {
            return false;
        }
        long shown = one ? Math.min(length, end - offset) : length;
        if (!extended && shown > Limits.MAX_DESCRIPTOR) {
            // What follows would leave a gap: the reply ends here, which the protocol allows.
            shown = Limits.MAX_DESCRIPTOR;
            full = true;
        }
        if (count == lengths.length) {
            lengths = Arrays.copyOf(lengths, count * 2);
            statuses = Arrays.copyOf(statuses, count * 2);
        }
        lengths[count] = shown;
        statuses[count] = status;
        count++;
        full |= one || count == Limits.MAX_EXTENTS || offset + length >= end;
        return !full;
    }

    int count() {
        return count;
    }

    long length(int i) {
        return lengths[i];
    }

    long status(int i) {
        return statuses[i];
    }
}
