package dev.sluice.filter.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheSwapTest extends CacheTestBase {
    @Test
    void dirtyBlocksAndCleanOnesOutliveASwap() throws Exception {
        Connection c = connect("cache-on-read=yes");
        byte[] bytes = random.bytes(BLOCK);
        c.read(0, BLOCK);
        c.write(BLOCK, bytes, Flags.NONE);
        c.device().zero(2 * BLOCK, BLOCK, Flags.of(Flags.MAY_TRIM));
        calls();
        Connection after = harness.swap().get(0);
        assertArrayEquals(bytes, after.read(BLOCK, BLOCK));
        assertArrayEquals(new byte[BLOCK], after.read(2 * BLOCK, BLOCK));
        after.read(0, BLOCK);
        assertEquals(List.of(), calls());
        after.device().flush();
        assertEquals(List.of("write 4096 4096", "zero 8192 4096 may_trim", "flush"), calls());
    }

    @Test
    void aSwapThatIsRolledBackLeavesTheCacheToTheOldLayer() throws Exception {
        Connection c = connect();
        byte[] bytes = random.bytes(BLOCK);
        c.write(BLOCK, bytes, Flags.NONE);
        harness.rollBack();
        assertArrayEquals(bytes, c.read(BLOCK, BLOCK));
        Connection again = harness.rollBackLate().get(0);
        assertArrayEquals(bytes, again.read(BLOCK, BLOCK));
        again.device().flush();
        assertArrayEquals(bytes, Arrays.copyOfRange(model.contents(), BLOCK, 2 * BLOCK));
    }

    @Test
    void aNewBlockSizeCountsForNewCaches() throws Exception {
        Connection c = connect();
        c.write(BLOCK, random.bytes(BLOCK), Flags.NONE);
        byte[] expected = c.readAll();
        Connection after = harness.swap(List.of("cache-min-block-size=16k")).get(0);
        assertArrayEquals(expected, after.readAll());
        assertEquals(4096, after.info().blockSizes().preferred());
        assertEquals(16384, connect("other", false).info().blockSizes().preferred());
    }

    @Test
    void aSmallerLargestSizeMakesBlocksGoInTheBackground() throws Exception {
        Connection c = connect();
        byte[] bytes = random.bytes(8 * BLOCK);
        c.write(0, bytes, Flags.NONE);
        Connection after = harness.swap(small("cache-max-size=8k")).get(0);
        calls();
        harness.context().tasks().runDue();
        assertArrayEquals(bytes, Arrays.copyOf(model.contents(), bytes.length));
        assertArrayEquals(bytes, after.read(0, bytes.length));
    }

    @Test
    void aDiskThatHasGrownKeepsItsSizeForClientsThatKnowIt() throws Exception {
        model.with(model.info().with().size(5 * BLOCK).build());
        Connection c = connect();
        c.write(0, new byte[] {1}, Flags.NONE);
        model.with(model.info().with().size(6 * BLOCK).build());
        assertEquals(5 * BLOCK, harness.connect().info().size());
        assertEquals(5 * BLOCK, harness.swap().get(0).info().size());
        for (Connection all : harness.swap()) {
            all.disconnect();
        }
        assertEquals(6 * BLOCK, harness.connect().info().size());
        assertEquals(1, model.contents()[0]);
    }

    @Test
    void aSmallerDiskIsRefusedWhileOthersUseTheLargerOne() throws Exception {
        connect();
        model.with(model.info().with().size(BLOCK).build());
        assertThrows(NbdException.class, harness::connect);
    }

    @Test
    void everythingIsHomeBeforeTheFilterIsTakenOut() throws Exception {
        Connection c = connect();
        byte[] bytes = random.bytes(BLOCK);
        c.write(0, bytes, Flags.NONE);
        NbdFilter filter = (NbdFilter) harness.layer();
        filter.leave(c.device(), false);
        filter.leave(false);
        assertArrayEquals(bytes, Arrays.copyOf(model.contents(), BLOCK));
        assertTrue(calls().contains("flush"));
    }

    @Test
    void takingItOutIsRefusedIfBlocksCannotComeHomeUnlessTheOperatorInsists() throws Exception {
        Connection c = connect();
        c.write(0, random.bytes(BLOCK), Flags.NONE);
        model.failWith(NbdError.EIO);
        NbdFilter filter = (NbdFilter) harness.layer();
        assertThrows(NbdException.class, () -> filter.leave(c.device(), false));
        var e = assertThrows(NbdException.class, () -> filter.leave(false));
        assertTrue(e.getMessage().contains("4K of export ''"), e.getMessage());
        filter.leave(c.device(), true);
        filter.leave(true);
    }

    @Test
    void stateOfAnotherFormatIsRefused() throws Exception {
        connect();
        assertThrows(ConfigException.class, () -> harness.layer().adopt(new HandOver("x", 1, Map.of())));
        assertThrows(ConfigException.class, () -> harness.layer().adopt(new HandOver(Caches.FORMAT, 2, Map.of())));
    }

    @Test
    void badParametersAreRefusedWithWhatWouldBeRight() {
        for (String size : List.of("5000", "2048", "0", "64M")) {
            var e = assertThrows(ConfigException.class, () -> start(model, "cache-min-block-size=" + size));
            assertEquals("cache: cache-min-block-size=" + size + ": it must be a power of 2 from 4K to 32M", e.getMessage());
        }
        var small = assertThrows(ConfigException.class, () -> start(model, "cache-max-size=100k"));
        assertEquals("cache: cache-max-size=100k: it must be at least two blocks (cache-min-block-size), 131072 bytes", small.getMessage());
        var low = assertThrows(ConfigException.class, () -> start(model, "cache-max-size=1M", "cache-low-threshold=95"));
        assertEquals("cache: cache-low-threshold=95: it must be below cache-high-threshold, which is 95", low.getMessage());
        var read = assertThrows(ConfigException.class, () -> start(model, "cache-on-read=maybe"));
        assertEquals("cache: cache-on-read=maybe: it is a boolean, or a file name that starts with /", read.getMessage());
        assertThrows(ConfigException.class, () -> start(model, "cache=fast"));
        assertThrows(ConfigException.class, () -> start(model, "cache-high-threshold=0"));
    }
}
