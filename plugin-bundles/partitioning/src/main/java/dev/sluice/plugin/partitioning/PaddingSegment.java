package dev.sluice.plugin.partitioning;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;

/** Zeroes between partitions, and behind a file up to the end of its last sector. */
final class PaddingSegment extends ProtectedSegment {
    PaddingSegment(long length) {
        super(length);
    }

    @Override
    byte at(long offset) {
        return 0;
    }

    @Override
    String name() {
        return "padding";
    }

    @Override
    public void read(long offset, int size, ReadReply reply) throws NbdException {
        reply.zeroes(size);
    }

    @Override
    public void status(long offset, long size, Flags flags, StatusSink sink) throws NbdException {
        sink.extent(offset, length() - offset, MetaContext.HOLE | MetaContext.ZERO);
    }
}
