package dev.sluice.filter.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteThroughTest extends CacheTestBase {
    @Test
    void aWriteIsHomeBeforeItIsAnsweredAndIsKept() throws Exception {
        Connection c = connect("cache=writethrough");
        byte[] bytes = random.bytes(2 * BLOCK);
        c.write(BLOCK, bytes, Flags.of(Flags.FUA));
        assertEquals(List.of("write 4096 8192 fua"), calls());
        assertArrayEquals(bytes, c.read(BLOCK, 2 * BLOCK));
        assertEquals(List.of(), calls());
        c.device().flush();
        assertEquals(List.of("flush"), calls());
    }

    @Test
    void aPartOfABlockChangesTheCopyThatIsThere() throws Exception {
        Connection c = connect("cache=writethrough", "cache-on-read=true");
        byte[] expected = model.contents();
        c.read(0, 1);
        calls();
        c.write(10, new byte[] {1, 2}, Flags.NONE);
        c.write(BLOCK + 10, new byte[] {3}, Flags.NONE);
        assertEquals(List.of("write 10 2", "write 4106 1"), calls());
        fill(expected, 10, new byte[] {1, 2});
        expected[BLOCK + 10] = 3;
        assertArrayEquals(expected, model.contents());
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void zeroesGoBehindAndTheCopiesAreForgotten() throws Exception {
        Connection c = connect("cache=writethrough");
        byte[] expected = model.contents();
        byte[] bytes = random.bytes(3 * BLOCK);
        c.write(0, bytes, Flags.NONE);
        fill(expected, 0, bytes);
        calls();
        c.device().zero(10, 2 * BLOCK, Flags.of(Flags.FAST_ZERO));
        assertEquals(List.of("zero 10 8192 fast"), calls());
        Arrays.fill(expected, 10, 10 + 2 * BLOCK, (byte) 0);
        assertArrayEquals(expected, model.contents());
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void aWriteThatFailsBehindLeavesNoOldCopy() throws Exception {
        Connection c = connect("cache=writethrough");
        c.write(0, random.bytes(BLOCK), Flags.NONE);
        model.failWith(NbdError.EIO);
        assertThrows(NbdException.class, () -> c.write(0, random.bytes(BLOCK), Flags.NONE));
        assertThrows(NbdException.class, () -> c.device().zero(0, BLOCK, Flags.NONE));
        model.failWith(null);
        calls();
        assertArrayEquals(model.contents(), c.readAll());
        assertEquals(List.of("read 0 41060"), calls());
    }

    @Test
    void aLayerBehindWithLargeBlocksGetsWholeOnes() throws Exception {
        model.with(model.info().with().size(10 * BLOCK).blockSizes(new BlockSizes(512, 4096, BlockSizes.UNLIMITED)).build());
        Connection c = connect("cache=writethrough");
        byte[] expected = model.contents();
        c.write(511, new byte[] {1, 2}, Flags.NONE);
        fill(expected, 511, new byte[] {1, 2});
        assertEquals(List.of("read 0 512", "write 0 512", "read 512 512", "write 512 512"), calls());
        c.device().zero(1000, 1048, Flags.NONE);
        Arrays.fill(expected, 1000, 2048, (byte) 0);
        assertArrayEquals(expected, model.contents());
    }

    @Test
    void zeroesOfPartsOfBlocksAreStableWhenTheClientAskedForIt() throws Exception {
        model.with(model.info().with().size(10 * BLOCK).blockSizes(new BlockSizes(512, 4096, BlockSizes.UNLIMITED)).build());
        Connection c = connect("cache=writethrough");
        c.device().zero(1000, 1048, Flags.of(Flags.FUA));
        List<String> made = calls();
        assertEquals("flush", made.get(made.size() - 1));
    }

    @Test
    void changingTheModeKeepsWhatIsDirtyUntilAFlush() throws Exception {
        connect().write(0, random.bytes(BLOCK), Flags.NONE);
        Connection c = harness.swap(small("cache=writethrough")).get(0);
        c.device().zero(BLOCK, BLOCK, Flags.of(Flags.MAY_TRIM));
        byte[] expected = c.readAll();
        calls();
        c.write(5, new byte[] {1}, Flags.NONE);
        expected[5] = 1;
        assertArrayEquals(expected, c.readAll());
        c.device().flush();
        assertArrayEquals(expected, model.contents());
    }
}
