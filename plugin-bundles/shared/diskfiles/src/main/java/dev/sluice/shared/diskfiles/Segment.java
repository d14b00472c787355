package dev.sluice.shared.diskfiles;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A part of a disk that comes from one source. Offsets count from its start; ranges are not empty and lie inside of it. Safe for
 * use by several threads.
 */
public interface Segment extends AutoCloseable {
    /** In bytes; if it is 0, nothing but {@link #close()} is called. */
    long length();

    /** As {@link dev.sluice.api.NbdDevice#read}. */
    void read(long offset, int length, ReadReply reply) throws IOException;

    /**
     * Whether these bytes can be written at all; asked of all parts of a request before the first is written.
     *
     * @param data from its position to its limit, which stay
     * @throws NbdException if not
     */
    default void check(long offset, ByteBuffer data) throws NbdException {
        // most parts can be written
    }

    /** Writes all remaining bytes. */
    void write(long offset, ByteBuffer data) throws IOException;

    /** Returns when everything that was written is on stable storage. */
    void flush() throws IOException;

    /** Gives storage back if it can. */
    void trim(long offset, long length) throws IOException;

    /**
     * Makes the range read as zero.
     *
     * @param flags without FUA
     * @return false if that takes a write of zeroes
     */
    boolean zero(long offset, long length, Flags flags) throws IOException;

    /** A hint that the range will be read soon. */
    void cache(long offset, long length) throws IOException;

    /** Extents as {@link dev.sluice.api.NbdDevice#status}, of base:allocation; what lies behind the end is cut off. */
    void status(long offset, long length, Flags flags, StatusSink sink) throws IOException;

    @Override
    void close() throws IOException;
}
