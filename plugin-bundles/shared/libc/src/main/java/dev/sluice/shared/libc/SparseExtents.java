package dev.sluice.shared.libc;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;

/** Describes {@code base:allocation} of a sparse file by SEEK_DATA and SEEK_HOLE. */
public final class SparseExtents {
    private static final int HOLE = MetaContext.HOLE | MetaContext.ZERO;

    private SparseExtents() {
    }

    /**
     * Reports the extents of a range.
     *
     * @param size of the device; what the file has behind it is not reported
     * @param offset start of the range, below size
     * @param length of the range, at least 1
     * @throws NbdException with ENOTSUP or EINVAL if the file system can't seek like this
     */
    public static void report(LibC libc, int descriptor, long size, long offset, long length, Flags flags, StatusSink sink)
            throws NbdException {
        long end = offset + length;
        long at = offset;
        boolean more = true;
        while (more && at < end) {
            long data = libc.seekData(descriptor, at);
            long holeEnd = data < 0 ? size : Math.min(data, size);
            if (holeEnd > at) {
                more = sink.extent(at, holeEnd - at, HOLE) && !flags.reqOne();
                at = holeEnd;
            }
            if (more && at < end) {
                long hole = libc.seekHole(descriptor, at);
                // The file may shrink or be punched between the two calls; look again then.
                long dataEnd = hole < 0 ? at : Math.min(hole, size);
                if (dataEnd > at) {
                    more = sink.extent(at, dataEnd - at, 0) && !flags.reqOne();
                    at = dataEnd;
                }
            }
        }
    }
}
