package dev.sluice.plugin.file;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;
import dev.sluice.shared.libc.Advice;
import dev.sluice.shared.libc.LibC;
import dev.sluice.shared.libc.SparseExtents;

/**
 * A file by its descriptor number, with what its file system can do. File systems only say that they lack an operation
 * when it is tried; it is not tried again then. Safe for use by several threads.
 */
final class LibCFile {
    private final LibC libc;
    private final int descriptor;
    private boolean extents;
    private volatile boolean holes = true;
    private volatile boolean zeroRanges = true;
    private volatile boolean allocation = true;

    LibCFile(LibC libc, int descriptor) {
        this.libc = libc;
        this.descriptor = descriptor;
    }

    LibC libc() {
        return libc;
    }

    /** Finds out what is constant for the life of the device. */
    void probe() {
        try {
            libc.seekHole(descriptor, 0);
            extents = true;
        } catch (NbdException e) {
            // This file system, or a block device, does not tell holes from data: everything is data then.
            extents = false;
        }
    }

    boolean hasExtents() {
        return extents;
    }

    /** Gives storage back; false if that can't be done here. */
    boolean punchHole(long offset, long length) throws NbdException {
        if (holes) {
            try {
                libc.punchHole(descriptor, offset, length);
            } catch (NbdException e) {
                holes = supported(e);
            }
        }
        return holes;
    }

    /** Zeroes and keeps the storage; false if that can't be done here. */
    boolean zeroRange(long offset, long length) throws NbdException {
        if (zeroRanges) {
            try {
                libc.zeroRange(descriptor, offset, length);
            } catch (NbdException e) {
                zeroRanges = supported(e);
            }
        }
        return zeroRanges;
    }

    /** Zeroes by giving the storage back and taking new one; false if that can't be done here. */
    boolean renew(long offset, long length) throws NbdException {
        if (allocation && punchHole(offset, length)) {
            try {
                libc.allocate(descriptor, offset, length);
            } catch (NbdException e) {
                // The zeroes are there. That they have no storage is for the next time.
                allocation = supported(e);
            }
            return true;
        }
        return false;
    }

    private static boolean supported(NbdException e) throws NbdException {
        if (e.error() != NbdError.ENOTSUP) {
            throw e;
        }
        return false;
    }

    void willNeed(long offset, long length) throws NbdException {
        libc.advise(descriptor, offset, length, Advice.WILLNEED);
    }

    void dontNeed(long offset, long length) throws NbdException {
        libc.advise(descriptor, offset, length, Advice.DONTNEED);
    }

    void startWriteBack(long offset, long length) throws NbdException {
        libc.startWriteBack(descriptor, offset, length);
    }

    void finishWriteBack(long offset, long length) throws NbdException {
        libc.finishWriteBack(descriptor, offset, length);
    }

    boolean isResident(long offset, int length) {
        return libc.isResident(descriptor, offset, length);
    }

    void status(long size, long offset, long length, Flags flags, StatusSink sink) throws NbdException {
        SparseExtents.report(libc, descriptor, size, offset, length, flags, sink);
    }

    void close() throws NbdException {
        libc.close(descriptor);
    }
}
