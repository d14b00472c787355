package dev.sluice.shared.devices;

import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;

/** Lets through what was not let through in an attempt before. Not for use by several threads. */
public final class ResumingSink implements StatusSink {
    private final StatusSink sink;
    private long reached;
    private boolean finished;

    /**
     * In front of a sink.
     *
     * @param offset of the request
     */
    public ResumingSink(StatusSink sink, long offset) {
        this.sink = sink;
        this.reached = offset;
    }

    /** Whether the client wants no more. */
    public boolean isFinished() {
        return finished;
    }

    @Override
    public boolean extent(long offset, long length, long status) throws NbdException {
        // a sum beyond 2^63-1 can only be behind the end of the disk
        long end = length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length;
        if (!finished && end > reached) {
            // a gap stays one, for the core to find
            long from = Math.max(offset, reached);
            finished = !sink.extent(from, end - from, status);
            reached = end;
        }
        return !finished;
    }
}
