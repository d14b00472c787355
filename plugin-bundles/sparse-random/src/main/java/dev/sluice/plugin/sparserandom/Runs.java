package dev.sluice.plugin.sparserandom;

import dev.sluice.shared.noise.Noise;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Where data and holes are, in blocks of {@link #BLOCK} bytes. Their lengths have a geometric distribution around a mean,
 * which is what one gets by deciding at each block by chance whether the run goes on.
 *
 * <p>The disk is cut into regions, each with random numbers of its own, so that a block of a disk of any size is found
 * without a walk from its start or a map of the whole. A run does not go on across the end of a region; regions are so
 * large that this changes nothing to speak of. The last regions in use are kept.
 *
 * <p>Immutable but for that, safe for use by several threads.
 */
final class Runs {
    static final int BLOCK = 4096;

    private static final int MIN_REGION_BITS = 14;
    private static final int MAX_REGION_BITS = 40;
    /** How many pairs of runs of the mean lengths fit into a region, as a power of two. */
    private static final int RUNS_PER_REGION_BITS = 6;
    private static final int KEPT = 32;
    /** Sets the numbers for lengths apart from those for contents. */
    private static final long PURPOSE = 0x52_55_4e_53L;
    private static final double UNIT = 0x1p-53;
    /** In blocks; no disk has more. */
    private static final long LONGEST = Long.MAX_VALUE / BLOCK + 1;

    private final long seed;
    private final double fraction;
    /** In blocks, at least 1. */
    private final double dataMean;
    private final double holeMean;
    private final int regionBits;
    private final AtomicReferenceArray<Region> kept = new AtomicReferenceArray<>(KEPT);

    /**
     * Runs of a seed.
     *
     * @param fraction of data, 0 .. 1
     * @param runLength of data on average, in bytes, at least 1
     */
    Runs(long seed, double fraction, long runLength) {
        this.seed = seed ^ PURPOSE;
        this.fraction = fraction;
        double wanted = Math.max(1, (double) runLength / BLOCK);
        if (fraction > 0 && fraction < 1) {
            double odds = (1 - fraction) / fraction;
            // no run is shorter than a block: where the holes would be, the data must be longer to keep the share
            holeMean = Math.max(1, wanted * odds);
            dataMean = Math.max(wanted, 1 / odds);
        } else {
            holeMean = wanted;
            dataMean = wanted;
        }
        int runBits = Long.SIZE - Long.numberOfLeadingZeros((long) Math.min(LONGEST, dataMean + holeMean));
        regionBits = Math.max(MIN_REGION_BITS, Math.min(MAX_REGION_BITS, runBits + RUNS_PER_REGION_BITS));
    }

    /** Whether this block is data. */
    boolean isData(long block) {
        return fraction >= 1 || fraction > 0 && region(block >>> regionBits).isData(block & regionMask());
    }

    /** The first block behind this one that may be of the other sort; it may turn out not to be. */
    long runEnd(long block) {
        if (fraction <= 0 || fraction >= 1) {
            return LONGEST;
        }
        long index = block >>> regionBits;
        return (index << regionBits) + region(index).runEnd(block & regionMask());
    }

    private long regionMask() {
        return (1L << regionBits) - 1;
    }

    private Region region(long index) {
        int slot = (int) (index & KEPT - 1);
        Region region = kept.get(slot);
        if (region == null || region.index != index) {
            region = make(index);
            kept.set(slot, region);
        }
        return region;
    }

    private Region make(long index) {
        Noise numbers = new Noise(new Noise(seed).word(index));
        long blocks = 1L << regionBits;
        boolean first = unit(numbers.word(0)) < fraction;
        boolean data = first;
        long[] ends = new long[1 << RUNS_PER_REGION_BITS + 1];
        int count = 0;
        long at = 0;
        while (at < blocks) {
            at += Math.min(blocks - at, length(data ? dataMean : holeMean, unit(numbers.word(count + 1))));
            if (count == ends.length) {
                ends = Arrays.copyOf(ends, 2 * count);
            }
            ends[count++] = at;
            data = !data;
        }
        return new Region(index, first, Arrays.copyOf(ends, count));
    }

    /** StrictMath, because every machine must find the same. */
    private static long length(double mean, double chance) {
        return mean <= 1 ? 1 : 1 + (long) Math.min(LONGEST, StrictMath.log1p(-chance) / StrictMath.log1p(-1 / mean));
    }

    /** A number from 0 (inclusive) to 1 (exclusive). */
    private static double unit(long word) {
        return (word >>> 11) * UNIT;
    }

    /** The runs of one region; they alternate. */
    private static final class Region {
        private final long index;
        private final boolean first;
        /** In blocks from the start of the region, ascending. */
        private final long[] ends;

        Region(long index, boolean first, long[] ends) {
            this.index = index;
            this.first = first;
            this.ends = ends;
        }

        boolean isData(long block) {
            return first == (run(block) % 2 == 0);
        }

        long runEnd(long block) {
            return ends[run(block)];
        }

        private int run(long block) {
            int found = Arrays.binarySearch(ends, block);
            return found >= 0 ? found + 1 : -found - 1;
        }
    }
}
