package dev.sluice.plugin.sparserandom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RunsTest {
    private static final long SEED = 7;

    /** Walks over many runs and gives the share of data and the mean length of its runs, in blocks. */
    private static double[] measure(double fraction, long runLength, long blocks) {
        Runs runs = new Runs(SEED, fraction, runLength);
        long data = 0;
        long count = 0;
        boolean before = false;
        for (long at = 0; at < blocks;) {
            long end = Math.min(blocks, runs.runEnd(at));
            if (runs.isData(at)) {
                data += end - at;
                count += before ? 0 : 1;
            }
            before = runs.isData(at);
            at = end;
        }
        return new double[] {(double) data / blocks, (double) data / count};
    }

    @Test
    void theShareOfDataIsThatOfPercent() {
        for (double fraction : new double[] {0.01, 0.1, 0.5, 0.9, 0.99}) {
            double[] m = measure(fraction, 16 << 20, 1L << 34);
            assertEquals(fraction, m[0], 0.02, "fraction " + fraction);
        }
    }

    @Test
    void runsAreAsLongAsTheyShallBe() {
        for (long length : new long[] {1 << 16, 1 << 20, 16 << 20}) {
            double[] m = measure(0.1, length, length / Runs.BLOCK << 15);
            assertEquals(1, m[1] * Runs.BLOCK / length, 0.15, "run length " + length);
        }
    }

    @Test
    void aRunLengthBelowABlockIsABlock() {
        assertEquals(1, measure(0.1, 1, 1 << 20)[1], 0.15);
    }

    @Test
    void whereThereIsMoreDataThanShortRunsAllowRunsAreLonger() {
        double[] m = measure(0.9, 1, 1 << 22);
        assertEquals(0.9, m[0], 0.02);
        assertEquals(9, m[1], 0.5);
    }

    @Test
    void aRunEndsWhereTheSortChangesAndNowhereBefore() {
        Runs runs = new Runs(SEED, 0.4, 5 * Runs.BLOCK);
        long at = 0;
        while (at < 1 << 16) {
            long end = runs.runEnd(at);
            assertTrue(end > at);
            for (long block = at; block < end; block++) {
                assertEquals(runs.isData(at), runs.isData(block), "block " + block);
                assertEquals(end, runs.runEnd(block), "block " + block);
            }
            at = end;
        }
    }

    @Test
    void blocksAreTheSameInWhateverOrderTheyAreAskedFor() {
        Runs up = new Runs(SEED, 0.3, 100 << 10);
        Runs down = new Runs(SEED, 0.3, 100 << 10);
        StringBuilder a = new StringBuilder();
        StringBuilder b = new StringBuilder();
        // steps larger than a region, so that the kept ones are pushed out
        for (long i = 0; i < 200; i++) {
            a.append(up.isData(i * 77_777) ? '1' : '0');
        }
        for (long i = 199; i >= 0; i--) {
            b.append(down.isData(i * 77_777) ? '1' : '0');
        }
        assertEquals(a.toString(), b.reverse().toString());
    }

    @Test
    void nothingAndEverythingArePossible() {
        long last = Long.MAX_VALUE / Runs.BLOCK;
        Runs none = new Runs(SEED, 0, 1 << 20);
        Runs all = new Runs(SEED, 1, 1 << 20);
        assertFalse(none.isData(0) || none.isData(last));
        assertTrue(all.isData(0) && all.isData(last));
        assertTrue(none.runEnd(0) > last && all.runEnd(0) > last);
    }

    @Test
    void extremeNumbersAreHarmless() {
        long last = Long.MAX_VALUE / Runs.BLOCK;
        for (double fraction : new double[] {1e-15, 0.5, 1 - 1e-15}) {
            for (long length : new long[] {1, Long.MAX_VALUE}) {
                Runs runs = new Runs(SEED, fraction, length);
                assertTrue(runs.runEnd(0) > 0);
                assertTrue(runs.runEnd(last) > last);
            }
        }
    }
}
