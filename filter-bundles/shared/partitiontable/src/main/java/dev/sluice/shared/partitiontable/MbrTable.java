package dev.sluice.shared.partitiontable;

import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table in the first sector: four primary partitions, one of which may be an extended one with a chain of logical ones. Each
 * link of the chain must lie behind the one before, so that it ends.
 */
final class MbrTable extends PartitionTable {
    /** More than anyone has; links of a chain that are followed. */
    private static final int MAX_LINKS = 1000;
    private static final int FIRST_ENTRY = 446;
    private static final int ENTRY = 16;
    private static final int PRIMARY = 4;
    private static final int PROTECTIVE = 0xee;

    MbrTable(DiskReader disk, long size, int sectorSize) {
        super(disk, size, sectorSize);
    }

    /** An entry as it stands there, in sectors. */
    private record Entry(int type, long start, long count) {
        boolean isUsed() {
            return type != 0 && count != 0;
        }

        boolean isExtended() {
            return isUsed() && (type == 0x05 || type == 0x0f || type == 0x85);
        }
    }

    private static Entry entry(ByteBuffer sector, int index) {
        ByteBuffer little = sector.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int at = FIRST_ENTRY + ENTRY * index;
        return new Entry(little.get(at + 4) & 0xff, Integer.toUnsignedLong(little.getInt(at + 8)),
                Integer.toUnsignedLong(little.getInt(at + 12)));
    }

    /** Whether the sector says that the partitions are in a GPT. */
    static boolean isProtective(ByteBuffer sector) {
        for (int i = 0; i < PRIMARY; i++) {
            if (entry(sector, i).type() == PROTECTIVE) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String type() {
        return "MBR";
    }

    @Override
    public Partition find(int number) throws IOException {
        if (number > PRIMARY) {
            return findLogical(number);
        }
        Entry entry = number < 1 ? new Entry(0, 0, 0) : entry(sector(0), number - 1);
        if (!entry.isUsed() || entry.isExtended()) {
            throw notFound(number);
        }
        return partition(number, entry.start(), entry);
    }

    private Partition findLogical(int number) throws IOException {
        Entry extended = extended().orElseThrow(() -> broken("MBR partition " + number
                + " would be a logical one, but there is no extended partition in the table"));
        Chain chain = new Chain(extended);
        for (Partition p = chain.next(); p != null; p = chain.next()) {
            if (p.number() == number) {
                return p;
            }
        }
        throw notFound(number);
    }

    private static NbdException notFound(int number) {
        return broken("MBR partition " + number + " not found");
    }

    private Optional<Entry> extended() throws IOException {
        ByteBuffer first = sector(0);
        for (int i = 0; i < PRIMARY; i++) {
            Entry entry = entry(first, i);
            if (entry.isExtended()) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    @Override
    public List<Partition> list() throws IOException {
        List<Partition> all = new ArrayList<>();
        ByteBuffer first = sector(0);
        for (int i = 0; i < PRIMARY; i++) {
            Entry entry = entry(first, i);
            if (entry.isUsed() && !entry.isExtended()) {
                all.add(partition(i + 1, entry.start(), entry));
            }
        }
        Optional<Entry> extended = extended();
        if (extended.isPresent()) {
            Chain chain = new Chain(extended.get());
            for (Partition p = chain.next(); p != null; p = chain.next()) {
                all.add(p);
            }
        }
        return all;
    }

    private Partition partition(int number, long start, Entry entry) throws NbdException {
        if (start >= sectors() || entry.count() > sectors() - start) {
            throw broken("MBR partition " + number + " (" + entry.count() + " sectors from " + start + ") is outside of the disk of "
                    + sectors() + " sectors");
        }
        return new Partition(number, start * sectorSize(), entry.count() * sectorSize(), entry.type(), null, null, "");
    }

    /** Walks from one extended boot record to the next. */
    private final class Chain {
        private final Entry extended;
        private long record;
        private int number = PRIMARY;
        private int links;

        Chain(Entry extended) {
            this.extended = extended;
            this.record = extended.start();
        }

        /** The next logical partition; null at the end. */
        Partition next() throws IOException {
            while (record >= 0) {
                if (++links > MAX_LINKS) {
                    throw broken("the chain of logical partitions has more than " + MAX_LINKS + " links");
                }
                checkRecord();
                ByteBuffer sector = sector(record);
                if ((sector.getShort(510) & 0xffff) != 0x55aa) {
                    throw broken("the extended boot record at sector " + record + " has no signature");
                }
                long here = record;
                record = following(entry(sector, 1));
                Entry entry = entry(sector, 0);
                if (entry.isUsed()) {
                    number++;
                    return logical(here + entry.start(), entry);
                }
            }
            return null;
        }

        private void checkRecord() throws NbdException {
            if (record >= sectors() || record < extended.start() || record >= extended.start() + extended.count()) {
                throw broken("an extended boot record at sector " + record + " is outside of the extended partition (" + extended.count()
                        + " sectors from " + extended.start() + ") or of the disk of " + sectors() + " sectors");
            }
        }

        private long following(Entry link) throws NbdException {
            if (link.type() == 0 || link.start() == 0) {
                return -1;
            }
            long next = extended.start() + link.start();
            if (next <= record) {
                throw broken("the extended boot record at sector " + record + " points back to sector " + next);
            }
            return next;
        }

        private Partition logical(long start, Entry entry) throws NbdException {
            if (start + entry.count() > extended.start() + extended.count()) {
                throw broken("logical partition " + number + " (" + entry.count() + " sectors from " + start
                        + ") is outside of the extended partition (" + extended.count() + " sectors from " + extended.start() + ")");
            }
            return partition(number, start, entry);
        }
    }
}
