package dev.sluice.plugin.partitioning;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.shared.diskfiles.Segment;
import java.nio.ByteBuffer;

/** A part of the disk that is made up: bytes can be written if they are there already. Immutable. */
abstract class ProtectedSegment implements Segment {
    private final long length;

    ProtectedSegment(long length) {
        this.length = length;
    }

    @Override
    public final long length() {
        return length;
    }

    /** The byte that is there. */
    abstract byte at(long offset);

    /** What this is, for a message. */
    abstract String name();

    @Override
    public final void check(long offset, ByteBuffer data) throws NbdException {
        for (int i = data.position(); i < data.limit(); i++) {
            if (data.get(i) != at(offset + i - data.position())) {
                throw refused();
            }
        }
    }

    private NbdException refused() {
        return new NbdException(NbdError.EIO, "the " + name() + " of this disk is made up and can't be changed");
    }

    @Override
    public final void write(long offset, ByteBuffer data) {
        // check has found that the bytes are there already
        data.position(data.limit());
    }

    @Override
    public final boolean zero(long offset, long size, Flags flags) throws NbdException {
        for (long i = offset; i < offset + size; i++) {
            if (at(i) != 0) {
                throw refused();
            }
        }
        return true;
    }

    @Override
    public final void flush() {
        // nothing changes
    }

    @Override
    public final void trim(long offset, long size) {
        // a hint
    }

    @Override
    public final void cache(long offset, long size) {
        // it is in memory
    }

    @Override
    public final void close() {
        // nothing is held
    }
}
