package dev.sluice.plugin.partitioning;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Sizes;
import dev.sluice.shared.diskfiles.Segment;
import dev.sluice.shared.partitionwriter.GptPartition;
import dev.sluice.shared.partitionwriter.GptWriter;
import dev.sluice.shared.partitionwriter.MbrSector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Where everything lies on the disk: tables, padding and files. Immutable. */
final class Layout {
    private static final int SECTOR = PartFile.SECTOR;
    private static final int PRIMARY = 4;

    private final List<Part> parts;
    private final long size;

    private Layout(Plan plan) {
        parts = List.copyOf(plan.parts);
        size = plan.at;
    }

    /**
     * A piece of the disk.
     *
     * @param file which one; -1 for a table or padding
     * @param table its bytes; null for a file or padding
     */
    private record Part(long length, int file, byte[] table) {
    }

    /** Puts one piece behind the other. */
    private static final class Plan {
        final List<Part> parts = new ArrayList<>();
        final List<PartFile> files;
        final Identity identity;
        final long[] firstSectors;
        final long[] lastSectors;
        long at;

        Plan(List<PartFile> files, Identity identity) {
            this.files = files;
            this.identity = identity;
            firstSectors = new long[files.size()];
            lastSectors = new long[files.size()];
        }

        void table(byte[] bytes) {
            add(new Part(bytes.length, -1, bytes));
        }

        /** The bytes of a table are known later. */
        int placeholder(long length) {
            add(new Part(length, -1, null));
            return parts.size() - 1;
        }

        void fill(int placeholder, byte[] bytes) {
            parts.set(placeholder, new Part(bytes.length, -1, bytes));
        }

        void file(int i) {
            padTo(files.get(i).alignment());
            firstSectors[i] = at / SECTOR;
            add(new Part(identity.sizes().get(i), i, null));
            padTo(SECTOR);
            lastSectors[i] = at / SECTOR - 1;
        }

        private void padTo(long unit) {
            long over = at % unit;
            if (over != 0) {
                add(new Part(unit - over, -1, null));
            }
        }

        private void add(Part part) {
            if (part.length() > Long.MAX_VALUE - SECTOR - at) {
                throw new ConfigException("partitioning: the files have more than 2^63-1 bytes in all");
            }
            parts.add(part);
            at += part.length();
        }
    }

    /**
     * With a GPT, or with an MBR.
     *
     * @param type {@code gpt}, {@code mbr}, or empty for what fits: an MBR for up to four files that it has room for
     */
    static Layout of(List<PartFile> files, Identity identity, String type) {
        if (type.equals("gpt") || type.isEmpty() && files.size() > PRIMARY) {
            return gpt(files, identity);
        }
        Plan plan = mbr(files, identity);
        if (plan.at / SECTOR <= MbrSector.MAX) {
            return new Layout(withTables(plan));
        }
        if (type.isEmpty()) {
            return gpt(files, identity);
        }
        throw new ConfigException("partitioning: partition-type=mbr: an MBR has no room for a disk of " + Sizes.format(plan.at)
                + ", its limit is 2T; gpt has");
    }

    private static Layout gpt(List<PartFile> files, Identity identity) {
        int n = files.size();
        Plan plan = new Plan(files, identity);
        int front = plan.placeholder(GptWriter.sectorsInFront(n) * SECTOR);
        for (int i = 0; i < n; i++) {
            plan.file(i);
        }
        int back = plan.placeholder(GptWriter.sectorsBehind(n) * SECTOR);
        List<GptPartition> partitions = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            PartFile file = files.get(i);
            partitions.add(new GptPartition(file.typeGuid(), identity.partitions().get(i), plan.firstSectors[i], plan.lastSectors[i],
                    i == 0, file.path().getFileName().toString()));
        }
        GptWriter writer = new GptWriter(identity.disk(), partitions, plan.at / SECTOR);
        plan.fill(front, writer.front());
        plan.fill(back, writer.back());
        return new Layout(plan);
    }

    /** Whether this one, counted from 0, is in the extended partition: with more than four files all from the fourth on. */
    private static boolean isLogical(int i, int count) {
        return count > PRIMARY && i >= PRIMARY - 1;
    }

    /** With a sector in front of all, and one in front of each logical partition. */
    private static Plan mbr(List<PartFile> files, Identity identity) {
        Plan plan = new Plan(files, identity);
        plan.placeholder(SECTOR);
        for (int i = 0; i < files.size(); i++) {
            if (isLogical(i, files.size())) {
                plan.placeholder(SECTOR);
            }
            plan.file(i);
        }
        return plan;
    }

    /** Fills the sectors of a plan that is not too large for it. */
    private static Plan withTables(Plan plan) {
        int n = plan.files.size();
        MbrSector first = new MbrSector();
        for (int i = 0; i < n && !isLogical(i, n); i++) {
            first.entry(i, i == 0, plan.files.get(i).mbrId(), plan.firstSectors[i], count(plan, i));
        }
        if (n > PRIMARY) {
            long extended = record(plan, PRIMARY - 1);
            first.entry(PRIMARY - 1, false, MbrSector.EXTENDED, extended, plan.at / SECTOR - extended);
            for (int i = PRIMARY - 1; i < n; i++) {
                plan.fill(placeholderOf(plan, i), extendedRecord(plan, i, extended));
            }
        }
        plan.fill(0, first.bytes());
        return plan;
    }

    private static byte[] extendedRecord(Plan plan, int i, long extended) {
        long own = record(plan, i);
        MbrSector sector = new MbrSector().entry(0, false, plan.files.get(i).mbrId(), plan.firstSectors[i] - own, count(plan, i));
        if (i + 1 < plan.files.size()) {
            long next = record(plan, i + 1);
            sector.entry(1, false, MbrSector.EXTENDED, next - extended, plan.lastSectors[i + 1] + 1 - next);
        }
        return sector.bytes();
    }

    /** The sector of the extended boot record in front of a logical partition: where the partition before has ended. */
    private static long record(Plan plan, int i) {
        return plan.lastSectors[i - 1] + 1;
    }

    private static long count(Plan plan, int i) {
        return plan.lastSectors[i] + 1 - plan.firstSectors[i];
    }

    private static int placeholderOf(Plan plan, int i) {
        long at = 0;
        int part = 0;
        while (at < record(plan, i) * SECTOR) {
            at += plan.parts.get(part).length();
            part++;
        }
        return part;
    }

    /** In bytes. */
    long size() {
        return size;
    }

    /** The pieces as segments of a device. */
    List<Segment> segments(IntFunction<? extends Segment> files) {
        List<Segment> segments = new ArrayList<>();
        for (Part part : parts) {
            if (part.file() >= 0) {
                segments.add(files.apply(part.file()));
            } else {
                segments.add(part.table() != null ? new TableSegment(part.table()) : new PaddingSegment(part.length()));
            }
        }
        return segments;
    }
}
