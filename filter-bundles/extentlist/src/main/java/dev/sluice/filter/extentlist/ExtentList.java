package dev.sluice.filter.extentlist;

import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;

/** Extents in ascending order that don't overlap; what lies between them, and behind the last, is a hole. Immutable. */
final class ExtentList {
    private static final int GAP = MetaContext.HOLE | MetaContext.ZERO;

    private final long[] starts;
    private final long[] ends;
    private final byte[] statuses;

    /** Keeps the arrays. */
    ExtentList(long[] starts, long[] ends, byte[] statuses) {
        this.starts = starts;
        this.ends = ends;
        this.statuses = statuses;
    }

    /**
     * Describes a range of the disk.
     *
     * @param size of the disk; the last gap goes that far
     */
    void status(long offset, long length, long size, StatusSink sink) throws NbdException {
        long stop = offset + length;
        long at = offset;
        int i = find(offset);
        boolean more = true;
        while (more && at < stop) {
            if (i < starts.length && starts[i] <= at) {
                more = sink.extent(at, ends[i] - at, statuses[i]);
                at = ends[i];
                i++;
            } else {
                long end = i < starts.length ? Math.min(starts[i], size) : size;
                more = sink.extent(at, end - at, GAP);
                at = end;
            }
        }
    }

    /** The first extent that ends behind this offset. */
    private int find(long offset) {
        int low = 0;
        int high = ends.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
