package dev.sluice.core.chain;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;

/**
 * Holds a layer to the rules of {@link StatusSink}: ascending, without gaps, the first extent covers the offset. Cuts
 * off what lies before the offset or behind the end of the device, drops empty extents, merges equal neighbours.
 */
final class ExtentChecker implements StatusSink {
    private final StatusSink out;
    private final long offset;
    private final long wantedEnd;
    private final long deviceEnd;
    private final boolean one;
    private long next = -1;
    private long start;
    private long status;
    private boolean pending;
    private boolean wanted = true;

    ExtentChecker(StatusSink out, long offset, long length, long deviceSize, boolean one) {
        this.out = out;
        this.offset = offset;
        this.wantedEnd = offset + length;
        this.deviceEnd = deviceSize;
        this.one = one;
        this.start = offset;
    }

    @Override
    public boolean extent(long from, long length, long extentStatus) throws NbdException {
        if (length == 0) {
            return wanted;
        }
        if (from < 0 || length < 0) {
            throw broken("an extent at " + from + " of length " + length);
        }
        long end = from + length < 0 ? Long.MAX_VALUE : from + length;
        if (next >= 0 && from != next) {
            throw broken("an extent at " + from + " after one that ended at " + next);
        }
        if (next < 0 && from > offset) {
            throw broken("the first extent starts at " + from + ", behind the offset " + offset);
        }
        next = end;
        if (end <= offset) {
            return wanted;
        }
        long shownFrom = Math.max(from, offset);
        if (shownFrom >= deviceEnd || !wanted) {
            return false;
        }
        if (pending && extentStatus != status) {
            wanted = out.extent(start, shownFrom - start, status) && !one && shownFrom < wantedEnd;
            if (!wanted) {
                pending = false;
                return false;
            }
            start = shownFrom;
        }
        pending = true;
        status = extentStatus;
        return Math.min(end, deviceEnd) < wantedEnd;
    }

    /** Passes on what is left; call it when the layer has returned. */
    void finish() throws NbdException {
        if (pending) {
            out.extent(start, Math.min(next, deviceEnd) - start, status);
            pending = false;
        } else if (wanted) {
            throw broken("no extent covers the offset " + offset);
        }
    }

    private static NbdException broken(String what) {
        return new NbdException(NbdError.EIO, "broken status: " + what);
    }
}
