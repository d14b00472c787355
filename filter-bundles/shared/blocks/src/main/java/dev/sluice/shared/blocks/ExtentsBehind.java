package dev.sluice.shared.blocks;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;

/**
 * Takes the extents of the layer behind for one run of blocks, and cuts off what lies outside of it. Not for use by several
 * threads.
 */
public final class ExtentsBehind implements StatusSink {
    private final StatusSink sink;
    private final long start;
    private final long limit;
    private long end;
    private boolean more = true;

    /**
     * For a part of what {@code sink} is asked for.
     *
     * @param start of the run, in bytes
     * @param limit where it ends, above {@code start}
     */
    public ExtentsBehind(StatusSink sink, long start, long limit) {
        this.sink = sink;
        this.start = start;
        this.limit = limit;
        this.end = start;
    }

    @Override
    public boolean extent(long offset, long length, long status) throws NbdException {
        // a sum beyond 2^63-1 can only be behind the run
        long to = Math.min(limit, length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length);
        long from = Math.max(offset, start);
        if (from < to) {
            more = sink.extent(from, to - from, status);
            end = to;
        }
        return more && end < limit;
    }

    /** Whether the client wants more. */
    public boolean more() {
        return more;
    }

    /**
     * How far it came.
     *
     * @throws NbdException if it did not even start: asking again would go on for ever
     */
    public long end() throws NbdException {
        if (end == start) {
            throw new NbdException(NbdError.EIO, "the layer behind described no extent at " + start);
        }
        return end;
    }
}
