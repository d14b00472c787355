package dev.sluice.shared.partitionwriter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * A GUID partition table (UEFI specification, "GUID Partition Table (GPT) Disk Layout"): in front of the partitions a protective
 * MBR, a header and the entries, behind them the entries and a header again. Immutable.
 */
public final class GptWriter {
    private static final int SECTOR = 512;
    private static final int HEADER = 92;
    private static final int ENTRY = 128;
    private static final int ENTRIES_PER_SECTOR = SECTOR / ENTRY;
    /** What tools expect at least. */
    private static final int MIN_ENTRIES = 128;
    private static final int NAME = 56;
    private static final int PROTECTIVE = 0xee;
    private static final long LEGACY_BOOTABLE = 4;

    private final UUID disk;
    private final List<GptPartition> partitions;
    private final long sectors;

    /**
     * For a disk.
     *
     * @param disk what it is told from others by
     * @param sectors of the whole disk, with both tables
     */
    public GptWriter(UUID disk, List<GptPartition> partitions, long sectors) {
        this.disk = disk;
        this.partitions = List.copyOf(partitions);
        this.sectors = sectors;
    }

    /** How many sectors stand in front of the first partition at least. */
    public static long sectorsInFront(int partitions) {
        return 2 + entrySectors(partitions);
    }

    /** How many sectors stand behind the last partition. */
    public static long sectorsBehind(int partitions) {
        return entrySectors(partitions) + 1;
    }

    private static long entrySectors(int partitions) {
        return Math.max(MIN_ENTRIES / ENTRIES_PER_SECTOR, (partitions + ENTRIES_PER_SECTOR - 1) / ENTRIES_PER_SECTOR);
    }

    /** The first sectors of the disk. */
    public byte[] front() {
        byte[] entries = entries();
        return ByteBuffer.allocate(2 * SECTOR + entries.length)
                .put(new MbrSector().entry(0, false, PROTECTIVE, 1, Math.min(sectors - 1, MbrSector.MAX)).bytes())
                .put(header(1, sectors - 1, 2, entries)).put(entries).array();
    }

    /** The last sectors of the disk. */
    public byte[] back() {
        byte[] entries = entries();
        return ByteBuffer.allocate(entries.length + SECTOR)
                .put(entries).put(header(sectors - 1, 1, sectors - sectorsBehind(partitions.size()), entries)).array();
    }

    private byte[] entries() {
        ByteBuffer all = ByteBuffer.allocate((int) entrySectors(partitions.size()) * SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < partitions.size(); i++) {
            GptPartition p = partitions.get(i);
            int at = i * ENTRY;
            guid(all, at, p.type());
            guid(all, at + 16, p.guid());
            all.putLong(at + 32, p.first()).putLong(at + 40, p.last()).putLong(at + 48, p.bootable() ? LEGACY_BOOTABLE : 0);
            byte[] name = p.name().getBytes(StandardCharsets.UTF_16LE);
            all.put(at + NAME, name, 0, Math.min(name.length, ENTRY - NAME));
        }
        return all.array();
    }

    private byte[] header(long own, long other, long entriesAt, byte[] entries) {
        ByteBuffer h = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        h.put(0, "EFI PART".getBytes(StandardCharsets.US_ASCII)).putInt(8, 0x0001_0000).putInt(12, HEADER);
        h.putLong(24, own).putLong(32, other);
        h.putLong(40, sectorsInFront(partitions.size())).putLong(48, sectors - sectorsBehind(partitions.size()) - 1);
        guid(h, 56, disk);
        h.putLong(72, entriesAt).putInt(80, entries.length / ENTRY).putInt(84, ENTRY).putInt(88, crc(entries, entries.length));
        // with zero in its own place
        h.putInt(16, crc(h.array(), HEADER));
        return h.array();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** The first three groups are little-endian, the last two big-endian. */
    private static void guid(ByteBuffer to, int at, UUID guid) {
        long high = guid.getMostSignificantBits();
        to.putInt(at, (int) (high >>> 32)).putShort(at + 4, (short) (high >>> 16)).putShort(at + 6, (short) high);
        to.putLong(at + 8, Long.reverseBytes(guid.getLeastSignificantBits()));
    }
}
