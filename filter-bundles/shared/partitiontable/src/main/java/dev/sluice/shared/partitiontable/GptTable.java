package dev.sluice.shared.partitiontable;

import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The table of UEFI: a header in the second sector, which says where the entries are. */
final class GptTable extends PartitionTable {
    private static final int MAX_LISTED = 1000;
    private static final int ENTRY = 128;
    private static final int NAME = 56;
    /** Larger ones are nonsense, and this keeps sums small. */
    private static final long MAX_ENTRY = 1 << 20;

    private final long entriesAt;
    private final long count;
    private final long entrySize;

    GptTable(DiskReader disk, long size, int sectorSize) throws IOException {
        super(disk, size, sectorSize);
        ByteBuffer header = sector(1).order(ByteOrder.LITTLE_ENDIAN);
        long sector = header.getLong(72);
        count = Integer.toUnsignedLong(header.getInt(80));
        entrySize = Integer.toUnsignedLong(header.getInt(84));
        if (entrySize < ENTRY || entrySize > MAX_ENTRY) {
            throw broken("the GPT says that its entries have " + entrySize + " bytes: it must be from " + ENTRY + " to " + MAX_ENTRY);
        }
        if (sector < 0 || sector >= sectors() || count * entrySize > size - sector * sectorSize) {
            throw broken("the GPT's table of " + count + " entries at sector " + Long.toUnsignedString(sector)
                    + " is too large for the disk of " + sectors() + " sectors");
        }
        entriesAt = sector * sectorSize;
    }

    @Override
    public String type() {
        return "GPT";
    }

    @Override
    public Partition find(int number) throws IOException {
        if (number < 1 || number > count) {
            throw broken("GPT partition " + number + " not found: the table has entries for " + count);
        }
        Partition p = partition(number);
        if (p == null) {
            throw broken("GPT partition " + number + " not found");
        }
        return p;
    }

    @Override
    public List<Partition> list() throws IOException {
        List<Partition> all = new ArrayList<>();
        for (int number = 1; number <= Math.min(count, MAX_LISTED); number++) {
            Partition p = partition(number);
            if (p != null) {
                all.add(p);
            }
        }
        return all;
    }

    /** Null for an entry that is not used. */
    private Partition partition(int number) throws IOException {
        ByteBuffer entry = bytes(entriesAt + (number - 1) * entrySize, ENTRY).order(ByteOrder.LITTLE_ENDIAN);
        if (entry.getLong(0) == 0 && entry.getLong(8) == 0) {
            return null;
        }
        long first = entry.getLong(32);
        long last = entry.getLong(40);
        checkRange(number, first, last);
        return new Partition(number, first * sectorSize(), (last - first + 1) * sectorSize(), 0, guid(entry, 0),
                guid(entry, 16), name(entry));
    }

    private void checkRange(int number, long first, long last) throws NbdException {
        if (first < 0 || last < 0 || last >= sectors()) {
            throw broken("GPT partition " + number + " (sectors " + Long.toUnsignedString(first) + " to " + Long.toUnsignedString(last)
                    + ") is outside of the disk of " + sectors() + " sectors");
        }
        if (last < first) {
            throw broken("GPT partition " + number + " ends at sector " + last + ", before it starts at " + first);
        }
    }

    /** The first three groups are little-endian, the last two big-endian. */
    private static UUID guid(ByteBuffer entry, int at) {
        long high = Integer.toUnsignedLong(entry.getInt(at)) << 32 | (entry.getShort(at + 4) & 0xffffL) << 16
                | entry.getShort(at + 6) & 0xffffL;
        return new UUID(high, Long.reverseBytes(entry.getLong(at + 8)));
    }

    private static String name(ByteBuffer entry) {
        byte[] bytes = new byte[ENTRY - NAME];
        entry.get(NAME, bytes);
        String name = new String(bytes, StandardCharsets.UTF_16LE);
        int end = name.indexOf('\0');
        return end < 0 ? name : name.substring(0, end);
    }
}
