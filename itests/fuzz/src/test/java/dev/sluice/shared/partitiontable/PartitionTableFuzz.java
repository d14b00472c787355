package dev.sluice.shared.partitiontable;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Disks with partition tables. The input: how large the disk is, the size of its sectors, and then pieces of 512 bytes with a
 * byte in front that says in which sector they lie.
 */
public final class PartitionTableFuzz implements FuzzTarget {
    private static final int PIECE = 512;
    private static final int MOST_READS = 5000;
    private static final int HEADER = 2;

    @Override
    public void test(byte[] input) throws IOException {
        if (input.length < HEADER) {
            return;
        }
        Disk disk = new Disk(input);
        int sectorSize = (input[0] & 1) == 0 ? 512 : 4096;
        PartitionTable table;
        try {
            table = PartitionTable.of(disk, disk.size, sectorSize);
        } catch (NbdException e) {
            message(e);
            return;
        }
        Optional<List<Partition>> list = Optional.empty();
        try {
            list = Optional.of(table.list());
        } catch (NbdException e) {
            message(e);
        }
        disk.reads = 0;
        for (int number = -1; number < 9; number++) {
            try {
                Partition found = table.find(number);
                inside(found, disk.size);
                Check.same(number, found.number(), "the number of a partition");
                list.ifPresent(all -> Check.that(all.contains(found), () -> found + " is not in the list " + all));
            } catch (NbdException e) {
                message(e);
                int n = number;
                list.ifPresent(all -> Check.that(all.stream().noneMatch(p -> p.number() == n), () -> n + " is listed, but not found"));
            }
        }
        list.ifPresent(all -> all.forEach(p -> inside(p, disk.size)));
        list.ifPresent(all -> Check.that(all.size() <= 1000 + 4, () -> all.size() + " partitions"));
    }

    private static void inside(Partition p, long size) {
        Check.that(p.start() >= 0 && p.length() > 0 && p.length() <= size - p.start(), () -> p + " is outside of " + size);
    }

    private static void message(NbdException e) {
        Check.same(NbdError.EINVAL, e.error(), "the error of " + e.getMessage());
        Check.oneLine(e.getMessage());
    }

    private static final class Disk implements DiskReader {
        private final byte[] input;
        private final long size;
        private int reads;

        Disk(byte[] input) {
            this.input = input;
            // from a few sectors up to the largest disk there is
            int magnitude = input[0] >> 1 & 0x3f;
            this.size = magnitude == 0 ? (input[1] & 0xff) * 512L : Math.max((1L << magnitude) - (input[1] & 0xff) * 100L, 0);
        }

        @Override
        public void read(long offset, ByteBuffer into) {
            Check.that(++reads <= MOST_READS, () -> "more than " + MOST_READS + " reads");
            Check.that(offset >= 0 && into.remaining() <= size - offset,
                    () -> "a read of " + into.remaining() + " at " + offset + " of " + size);
            for (long at = offset; into.hasRemaining(); at++) {
                into.put(at(at));
            }
        }

        /** The last piece counts, and the last one is as long as the input has bytes. */
        private byte at(long offset) {
            for (int piece = HEADER; piece < input.length; piece += PIECE + 1) {
                long start = (input[piece] & 0xff) * (long) PIECE;
                if (offset >= start && offset < start + PIECE) {
                    int index = piece + 1 + (int) (offset - start);
                    return index < input.length ? input[index] : 0;
                }
            }
            return 0;
        }
    }
}
