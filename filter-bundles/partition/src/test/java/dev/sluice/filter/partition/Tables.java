package dev.sluice.filter.partition;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Partition tables for tests. */
final class Tables {
    private Tables() {
    }

    /** A copy with an MBR with primary partitions in the first sector: start and count of each. */
    static byte[] mbr(byte[] contents, int... ranges) {
        byte[] disk = contents.clone();
        Arrays.fill(disk, 0, 512, (byte) 0);
        ByteBuffer b = ByteBuffer.wrap(disk).order(ByteOrder.LITTLE_ENDIAN).putShort(510, (short) 0xaa55);
        for (int i = 0; i < ranges.length / 2; i++) {
            b.put(446 + 16 * i + 4, (byte) 0x83).putInt(446 + 16 * i + 8, ranges[2 * i]).putInt(446 + 16 * i + 12, ranges[2 * i + 1]);
        }
        return disk;
    }

    /** A copy with a GPT with one partition, the third, in the first sectors. */
    static byte[] gpt(byte[] contents, int sectorSize, long first, long last) {
        byte[] disk = contents.clone();
        Arrays.fill(disk, 0, 4 * sectorSize, (byte) 0);
        ByteBuffer b = ByteBuffer.wrap(disk).order(ByteOrder.LITTLE_ENDIAN);
        b.putShort(510, (short) 0xaa55).put(450, (byte) 0xee);
        b.put(sectorSize, "EFI PART".getBytes()).putLong(sectorSize + 72, 2).putInt(sectorSize + 80, 4).putInt(sectorSize + 84, 128);
        int entry = 2 * sectorSize + 256;
        b.putLong(entry, 1).putLong(entry + 32, first).putLong(entry + 40, last);
        return disk;
    }
}
