package dev.sluice.filter.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.SeededRandom;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ReclaimTest extends CacheTestBase {
    @Test
    void aboveTheHighThresholdBlocksComeHomeInTheBackgroundUntilTheLowOne() throws Exception {
        // five blocks: from the fifth one on there are too many, and three may stay
        Connection c = connect("cache-max-size=20k", "cache-high-threshold=80", "cache-low-threshold=60");
        byte[] bytes = random.bytes(5 * BLOCK);
        for (int i = 0; i < 5; i++) {
            c.write(i * BLOCK, Arrays.copyOfRange(bytes, i * BLOCK, (i + 1) * BLOCK), Flags.NONE);
        }
        assertEquals(List.of(), calls());
        assertEquals(1, harness.context().tasks().waiting());
        harness.context().tasks().runDue();
        assertTrue(calls().stream().allMatch(s -> s.startsWith("write")));
        assertArrayEquals(bytes, c.read(0, bytes.length));
        long behind = calls().stream().filter(s -> s.startsWith("read")).mapToInt(s -> Integer.parseInt(s.split(" ")[2])).sum();
        assertEquals(2 * BLOCK, behind);
    }

    @Test
    void whatWasUsedLatelyStays() throws Exception {
        Connection c = connect("cache-max-size=16k", "cache-on-read=true", "cache-high-threshold=99", "cache-low-threshold=50");
        for (int i = 0; i < 4; i++) {
            c.read(i * BLOCK, 1);
        }
        // all marks are gone with the first round, then two are used again
        harness.context().tasks().runDue();
        calls();
        c.read(0, 4 * BLOCK);
        assertEquals(1, calls().size());
    }

    @Test
    void aFullCacheOfDirtyBlocksLetsWritesPassIt() throws Exception {
        Connection c = connect("cache-max-size=8k");
        byte[] expected = model.contents();
        byte[] bytes = random.bytes(4 * BLOCK);
        c.write(0, bytes, Flags.NONE);
        c.write(5 * BLOCK + 1, new byte[] {1}, Flags.NONE);
        fill(expected, 0, bytes);
        expected[5 * BLOCK + 1] = 1;
        assertArrayEquals(expected, c.readAll());
        assertTrue(calls().contains("write 8192 4096"));
        c.device().flush();
        assertArrayEquals(expected, model.contents());
    }

    @Test
    void aFullCacheOfCleanBlocksMakesRoomAtOnce() throws Exception {
        Connection c = connect("cache-max-size=8k", "cache-on-read=true");
        c.read(0, 2 * BLOCK);
        c.write(5 * BLOCK, random.bytes(2 * BLOCK), Flags.NONE);
        assertEquals(List.of("read 0 8192"), calls());
    }

    @Test
    void blocksThatCannotComeHomeAreTriedAgainLater() throws Exception {
        Connection c = connect("cache-max-size=8k");
        byte[] bytes = random.bytes(2 * BLOCK);
        c.write(0, bytes, Flags.NONE);
        model.failWith(NbdError.EIO);
        harness.context().tasks().runDue();
        model.failWith(null);
        assertArrayEquals(bytes, c.read(0, bytes.length));
        harness.context().clock().advance(Duration.ofSeconds(1));
        harness.context().tasks().runDue();
        assertArrayEquals(Arrays.copyOf(bytes, BLOCK), Arrays.copyOf(model.contents(), BLOCK));
        assertEquals(0, harness.context().tasks().waiting());
    }

    @Test
    void aFileThatCannotBeMadeMakesRequestsPassTheCache() throws Exception {
        Connection c = connect("cache-on-read=true");
        byte[] expected = model.contents();
        var gone = Files.move(directory, directory.resolveSibling(directory.getFileName() + "-gone"));
        try {
            c.write(10, new byte[] {1, 2, 3}, Flags.NONE);
            c.write(BLOCK, new byte[BLOCK], Flags.NONE);
            c.device().zero(3 * BLOCK, 10, Flags.NONE);
            fill(expected, 10, new byte[] {1, 2, 3});
            fill(expected, BLOCK, new byte[BLOCK]);
            fill(expected, 3 * BLOCK, new byte[10]);
            assertArrayEquals(expected, c.readAll());
            assertArrayEquals(expected, model.contents());
            c.device().cache(0, SIZE);
        } finally {
            Files.move(gone, directory);
        }
        c.write(0, new byte[BLOCK], Flags.NONE);
        calls();
        c.device().flush();
        assertEquals(List.of("write 0 4096", "flush"), calls());
    }

    @Test
    void noByteIsLostWhileSeveralClientsWriteAndBlocksComeAndGo() throws Exception {
        ModelDevice disk = ModelDevice.of(random.bytes(4 << 20));
        start(disk, "cache-min-block-size=4k", "cache-max-size=256k", "cache-on-read=true", "cache-high-threshold=70",
                "cache-low-threshold=30");
        byte[] expected = disk.contents();
        List<Connection> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(harness.connect());
        }
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            Future<?> background = pool.submit(() -> {
                while (!done.get()) {
                    harness.context().clock().advance(Duration.ofSeconds(1));
                    harness.context().tasks().runDue();
                    clients.get(0).device().flush();
                }
                return null;
            });
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int mine = i;
                SeededRandom own = new SeededRandom(random.nextLong());
                ends.add(pool.submit(() -> {
                    change(clients.get(mine), mine, own, expected);
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get(120, TimeUnit.SECONDS);
            }
            done.set(true);
            background.get(120, TimeUnit.SECONDS);
        } finally {
            done.set(true);
            pool.shutdownNow();
        }
        assertArrayEquals(expected, clients.get(1).readAll(), random.toString());
        clients.get(2).device().flush();
        assertArrayEquals(expected, disk.contents(), random.toString());
    }

    /** Of every three sectors one is this client's, so that clients share all blocks. */
    private static void change(Connection c, int mine, SeededRandom own, byte[] expected) throws Exception {
        for (int i = 0; i < 1500; i++) {
            int at = (own.nextInt(expected.length / 1536) * 3 + mine) * 512;
            byte[] bytes = own.bytes(512);
            if (own.nextInt(4) == 0) {
                bytes = new byte[512];
                c.device().zero(at, 512, Flags.of(Flags.MAY_TRIM));
            } else {
                c.write(at, bytes, Flags.NONE);
            }
            System.arraycopy(bytes, 0, expected, at, 512);
            assertArrayEquals(bytes, c.read(at, 512));
        }
    }

    @Test
    void slotsAreUsedAgainAndAFullFileIsLeftAloneForAWhile() {
        Slots slots = new Slots(3);
        assertEquals(0, slots.take(10, 0));
        assertEquals(1, slots.take(11, 0));
        slots.free(0);
        assertEquals(0, slots.take(12, 0));
        int last = slots.take(13, 0);
        slots.noRoom(last, 0);
        assertEquals(-1, slots.take(13, 1));
        slots.free(1);
        assertEquals(1, slots.take(14, 1));
        assertEquals(2, slots.take(13, Slots.FULL.toNanos()));
        assertEquals(-1, slots.take(15, Slots.FULL.toNanos()));
        assertArrayEquals(new long[] {13, 15, 14}, slots.owners());
        assertThrows(ArrayIndexOutOfBoundsException.class, () -> new Slots(1).free(100));
    }

    @Test
    void theIndexFindsWhatIsInItThroughManyChanges() {
        BlockIndex index = new BlockIndex();
        int[] model = new int[5000];
        Arrays.fill(model, -1);
        for (int i = 0; i < 50_000; i++) {
            int block = random.nextInt(model.length);
            if (random.nextBoolean()) {
                index.put(block, i);
                model[block] = i;
            } else {
                assertEquals(model[block], index.remove(block));
                model[block] = -1;
            }
        }
        for (int block = 0; block < model.length; block++) {
            assertEquals(model[block], index.get(block), random.toString());
        }
        assertEquals(Arrays.stream(model).filter(s -> s >= 0).count(), index.size());
    }
}
