package dev.sluice.shared.partitiontable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A disk to be partitioned by hand. */
final class TestDisk {
    final int sectorSize;
    final byte[] bytes;
    int reads;

    TestDisk(int sectorSize, int sectors) {
        this.sectorSize = sectorSize;
        bytes = new byte[sectorSize * sectors];
    }

    private ByteBuffer at(long offset) {
        return ByteBuffer.wrap(bytes, (int) offset, bytes.length - (int) offset).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Entry of an MBR or an extended boot record in this sector, with a signature. */
    TestDisk mbr(long sector, int index, int type, long start, long count) {
        at(sector * sectorSize).putShort(510, (short) 0xaa55).put(446 + 16 * index + 4, (byte) type)
                .putInt(446 + 16 * index + 8, (int) start).putInt(446 + 16 * index + 12, (int) count);
        return this;
    }

    TestDisk gptHeader(long entries, int count, int entrySize) {
        at(sectorSize).putLong(0, Long.reverseBytes(0x4546492050415254L)).putLong(72, entries).putInt(80, count).putInt(84, entrySize);
        return this;
    }

    TestDisk gptEntry(int offset, int type, long first, long last, String name) {
        ByteBuffer entry = at(offset).putInt(0, type).putInt(16, 0x01020304).putShort(20, (short) 0x0506).put(31, (byte) 7)
                .putLong(32, first).putLong(40, last);
        entry.position(56).put(name.getBytes(StandardCharsets.UTF_16LE));
        return this;
    }

    PartitionTable table() throws Exception {
        return table(sectorSize);
    }

    PartitionTable table(int assumed) throws Exception {
        return PartitionTable.of(this::read, bytes.length, assumed);
    }

    private void read(long offset, ByteBuffer into) {
        reads++;
        into.put(bytes, Math.toIntExact(offset), into.remaining());
    }
}
