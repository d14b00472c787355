package dev.sluice.plugin.partitioning;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;

/** A partition table, or a part of one. */
final class TableSegment extends ProtectedSegment {
    private final byte[] bytes;

    TableSegment(byte[] bytes) {
        super(bytes.length);
        this.bytes = bytes;
    }

    @Override
    byte at(long offset) {
        return bytes[(int) offset];
    }

    @Override
    String name() {
        return "partition table";
    }

    @Override
    public void read(long offset, int size, ReadReply reply) throws NbdException {
        reply.buffer(size).put(bytes, (int) offset, size);
    }

    @Override
    public void status(long offset, long size, Flags flags, StatusSink sink) throws NbdException {
        sink.extent(offset, length() - offset, 0);
    }
}
