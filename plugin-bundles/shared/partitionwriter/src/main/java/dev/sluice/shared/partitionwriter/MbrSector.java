package dev.sluice.shared.partitionwriter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A master or extended boot record without a boot loader. Not for use by several threads. */
public final class MbrSector {
    /** The largest number that an entry has room for: where a partition starts, and how long it is, in sectors. */
    public static final long MAX = 0xffff_ffffL;
    /** Type of an extended partition, and of a link to the next extended boot record. */
    public static final int EXTENDED = 0x0f;

    private static final int SIZE = 512;
    private static final int FIRST_ENTRY = 446;
    private static final int ENTRY = 16;
    /** Cylinder, head and sector that stand for "too large to be said like this". */
    private static final byte[] NO_GEOMETRY = {(byte) 0xfe, (byte) 0xff, (byte) 0xff};

    private final ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

    /** Without partitions. */
    public MbrSector() {
        bytes.putShort(510, (short) 0xaa55);
    }

    /**
     * Fills an entry.
     *
     * @param index 0 .. 3
     * @param type 0 .. 255
     * @param start in sectors, at most {@link #MAX}; of a link and a logical partition relative to others
     * @param count in sectors, at most {@link #MAX}
     */
    public MbrSector entry(int index, boolean bootable, int type, long start, long count) {
        if (start > MAX || count > MAX) {
            throw new IllegalArgumentException("no MBR has room for " + count + " sectors from " + start);
        }
        int at = FIRST_ENTRY + ENTRY * index;
        bytes.put(at, (byte) (bootable ? 0x80 : 0)).put(at + 1, NO_GEOMETRY).put(at + 4, (byte) type).put(at + 5, NO_GEOMETRY)
                .putInt(at + 8, (int) start).putInt(at + 12, (int) count);
        return this;
    }

    /** A copy of the sector. */
    public byte[] bytes() {
        return bytes.array().clone();
    }
}
