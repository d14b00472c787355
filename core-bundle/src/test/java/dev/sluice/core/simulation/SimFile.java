package dev.sluice.core.simulation;

import dev.sluice.api.contract.PositionalFile;
import java.nio.ByteBuffer;

/** A file of a few bytes in memory, for replies that name a range of a file; it can only be read. */
final class SimFile extends PositionalFile {
    private final ByteBuffer bytes;

    SimFile(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read(ByteBuffer into, long position) {
        if (position >= bytes.limit()) {
            return -1;
        }
        int n = (int) Math.min(into.remaining(), bytes.limit() - position);
        into.put(bytes.duplicate().clear().position((int) position).limit((int) position + n));
        return n;
    }

    @Override
    public long size() {
        return bytes.limit();
    }

    @Override
    protected void implCloseChannel() {
        // nothing is open
    }
}
