package dev.sluice.shared.partitiontable;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a partition table is read from. */
@FunctionalInterface
public interface DiskReader {
    /**
     * Fills the buffer to its limit.
     *
     * @param offset in bytes; the range lies inside of the disk
     * @param into at most 512 bytes
     */
    void read(long offset, ByteBuffer into) throws IOException;
}
