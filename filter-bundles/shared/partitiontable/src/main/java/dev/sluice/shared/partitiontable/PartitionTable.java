package dev.sluice.shared.partitiontable;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The partition table of a disk. It is read when it is asked, so what it says is true as long as the disk does not change. Not
 * for use by several threads.
 *
 * <p>Errors, all methods: {@link NbdException} with EINVAL and one line if the table can't be understood, and whatever the
 * {@link DiskReader} throws.
 */
public abstract sealed class PartitionTable permits MbrTable, GptTable {
    private static final long GPT_SIGNATURE = 0x4546_4920_5041_5254L;
    private static final int MBR_SIGNATURE = 0x55aa;

    private final DiskReader disk;
    private final long size;
    private final int sectorSize;

    PartitionTable(DiskReader disk, long size, int sectorSize) {
        this.disk = disk;
        this.size = size;
        this.sectorSize = sectorSize;
    }

    /**
     * Finds out which table the disk has: a GPT if there is one, else an MBR. Checksums are not looked at.
     *
     * @param size of the disk, in bytes
     * @param sectorSize 512 or 4096
     * @throws WrongSectorSizeException if there is a GPT for the other sector size
     */
    public static PartitionTable of(DiskReader disk, long size, int sectorSize) throws IOException {
        if (size < 2L * sectorSize) {
            throw new NbdException(NbdError.EINVAL, "the disk of " + size + " bytes is too small to have partitions");
        }
        MbrTable mbr = new MbrTable(disk, size, sectorSize);
        ByteBuffer first = mbr.sector(0);
        boolean hasMbr = (first.getShort(510) & 0xffff) == MBR_SIGNATURE;
        if (isGpt(mbr, sectorSize)) {
            return new GptTable(disk, size, sectorSize);
        }
        int other = sectorSize == 512 ? 4096 : 512;
        if (size >= 2L * other && (!hasMbr || MbrTable.isProtective(first)) && isGpt(mbr, other)) {
            throw new WrongSectorSizeException(other, sectorSize);
        }
        if (!hasMbr) {
            throw new NbdException(NbdError.EINVAL, "the disk has neither an MBR nor a GPT: there is no signature of a partition table");
        }
        return mbr;
    }

    private static boolean isGpt(PartitionTable any, long offset) throws IOException {
        return any.bytes(offset, Long.BYTES).getLong(0) == GPT_SIGNATURE;
    }

    /** {@code MBR} or {@code GPT}. */
    public abstract String type();

    /**
     * The partition with this number.
     *
     * @param number from 1
     * @throws NbdException also if there is no such partition, or it does not lie inside of the disk
     */
    public abstract Partition find(int number) throws IOException;

    /** All partitions that are not empty, in order; of very many the first 1000. */
    public abstract List<Partition> list() throws IOException;

    /** How long a sector is, in bytes. */
    public final int sectorSize() {
        return sectorSize;
    }

    final long diskSize() {
        return size;
    }

    /** How many whole sectors the disk has. */
    final long sectors() {
        return size / sectorSize;
    }

    final ByteBuffer sector(long number) throws IOException {
        return bytes(number * sectorSize, 512);
    }

    /** Big-endian. */
    final ByteBuffer bytes(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(length).order(ByteOrder.BIG_ENDIAN);
        disk.read(offset, bytes.duplicate());
        return bytes;
    }

    /** The failure for a table that can't be right. */
    static NbdException broken(String what) {
        return new NbdException(NbdError.EINVAL, what);
    }
}
