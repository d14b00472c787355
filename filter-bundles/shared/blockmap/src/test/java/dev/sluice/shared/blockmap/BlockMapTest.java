package dev.sluice.shared.blockmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.SeededRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockMapTest {
    private static final long PAGE = 65536;
    private static final long LAST = BlockMap.MAX_BLOCKS - 1;

    private final SeededRandom random = SeededRandom.create();
    private final BlockMap map = new BlockMap(1 << 20);

    @Test
    void atFirstEveryStateIsZeroAndThereIsNoPage() {
        assertEquals(0, map.get(0));
        assertEquals(0, map.get(LAST));
        assertEquals(BlockMap.MAX_BLOCKS, map.runEnd(0, 0, BlockMap.MAX_BLOCKS));
        assertTrue(map.isClear());
        assertEquals(Map.of(), map.pages());
    }

    @Test
    void theFirstAndTheLastBlockAreKept() throws Exception {
        map.set(0, 3);
        map.set(LAST, 2);
        assertEquals(3, map.get(0));
        assertEquals(2, map.get(LAST));
        assertEquals(1, map.runEnd(0, 3, BlockMap.MAX_BLOCKS));
        assertEquals(LAST, map.runEnd(1, 0, BlockMap.MAX_BLOCKS));
        assertEquals(BlockMap.MAX_BLOCKS, map.runEnd(LAST, 2, BlockMap.MAX_BLOCKS));
        assertEquals(Set.of(0L, LAST / PAGE), map.pages().keySet());
        assertFalse(map.isClear());
    }

    @Test
    void aRunGoesOnOverWordsAndPages() throws Exception {
        map.set(10, 3 * PAGE + 5, 1);
        assertEquals(10, map.runEnd(0, 0, 5 * PAGE));
        assertEquals(3 * PAGE + 5, map.runEnd(10, 1, 5 * PAGE));
        assertEquals(2 * PAGE, map.runEnd(10, 1, 2 * PAGE));
        assertEquals(40, map.runEnd(10, 1, 40));
        assertEquals(3 * PAGE - 5, map.count(1, 5 * PAGE));
    }

    @Test
    void settingToZeroMakesNoPage() throws Exception {
        map.set(0, BlockMap.MAX_BLOCKS >>> 20, 0);
        assertEquals(Map.of(), map.pages());
    }

    @Test
    void aMapThatWasClearedAgainIsClear() throws Exception {
        map.set(7, 100_000, 2);
        map.set(7, 100_000, 0);
        assertTrue(map.isClear());
    }

    @Test
    void itDoesWhatAnArrayDoes() throws Exception {
        int size = 200_000;
        int[] model = new int[size];
        for (int i = 0; i < 300; i++) {
            int from = random.nextInt(size);
            int to = from + 1 + random.nextInt(Math.min(size - from, i % 3 == 0 ? 100_000 : 50));
            int state = random.nextInt(4);
            map.set(from, to, state);
            Arrays.fill(model, from, to, state);
            int at = random.nextInt(size);
            int end = at + 1;
            while (end < size && model[end] == model[at]) {
                end++;
            }
            assertEquals(model[at], map.get(at), random.toString());
            assertEquals(end, map.runEnd(at, model[at], size), random.toString());
        }
        assertArrayEquals(model, IntStream.range(0, size).map(map::get).toArray(), random.toString());
        assertEquals(Arrays.stream(model).filter(s -> s == 2).count(), map.count(2, size), random.toString());
    }

    @Test
    void itsPagesMakeTheSameMapAgain() throws Exception {
        map.set(5, 1);
        map.set(9 * PAGE, 10 * PAGE + 3, 2);
        BlockMap again = BlockMap.of(0, map.pages());
        assertEquals(1, again.get(5));
        assertEquals(PAGE + 3, again.count(2, 20 * PAGE));
        again.set(6, 3);
        assertEquals(3, map.get(6), "pages are shared, not copied");
    }

    @Test
    void pagesThatAreNoneAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> BlockMap.of(0, Map.of(0L, new long[5])));
        assertThrows(IllegalArgumentException.class, () -> BlockMap.of(0, Map.of(-1L, new long[BlockMap.PAGE_WORDS])));
    }

    @Test
    void aMapThatMayNotGrowSaysSo() throws Exception {
        BlockMap small = new BlockMap(2 * BlockMap.PAGE_WORDS * Long.BYTES);
        small.set(0, 1);
        small.set(PAGE, 1);
        var e = assertThrows(NbdException.class, () -> small.set(2 * PAGE, 1));
        assertEquals(NbdError.ENOMEM, e.error());
        assertEquals("the map of changed blocks has reached its limit of 32768 bytes of memory", e.getMessage());
        small.set(1, 1);
    }

    @Test
    void neighboursChangedByTwoThreadsDoNotDisturbEachOther() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<Void>> ends = pool.invokeAll(List.of(every(0), every(1)), 60, TimeUnit.SECONDS);
            for (Future<Void> end : ends) {
                end.get();
            }
        } finally {
            pool.shutdownNow();
        }
        for (int block = 0; block < 200_000; block++) {
            assertEquals(1 + block % 2, map.get(block), "block " + block);
        }
    }

    private Callable<Void> every(int which) {
        return () -> {
            for (int block = which; block < 200_000; block += 2) {
                map.set(block, 1 + which);
            }
            return null;
        };
    }
}
