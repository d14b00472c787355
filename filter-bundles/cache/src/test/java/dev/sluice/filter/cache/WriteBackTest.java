package dev.sluice.filter.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingSink.Extent;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteBackTest extends CacheTestBase {
    @Test
    void writesComeHomeWithAFlushInTheOrderOfTheDisk() throws Exception {
        Connection c = connect();
        byte[] before = model.contents();
        byte[] expected = before.clone();
        byte[] bytes = random.bytes(2 * BLOCK);
        c.write(6 * BLOCK, bytes, Flags.NONE);
        fill(expected, 6 * BLOCK, bytes);
        c.write(BLOCK, Arrays.copyOf(bytes, BLOCK), Flags.NONE);
        fill(expected, BLOCK, Arrays.copyOf(bytes, BLOCK));
        assertEquals(List.of(), calls());
        assertArrayEquals(before, model.contents());
        assertArrayEquals(expected, c.readAll());
        calls();
        c.device().flush();
        assertEquals(List.of("write 4096 4096", "write 24576 8192", "flush"), calls());
        assertArrayEquals(expected, model.contents());
        c.device().flush();
        assertEquals(List.of("flush"), calls());
    }

    @Test
    void aPartOfABlockIsWrittenAfterTheWholeBlockWasRead() throws Exception {
        Connection c = connect();
        byte[] expected = model.contents();
        c.write(BLOCK + 10, new byte[] {1, 2, 3}, Flags.NONE);
        fill(expected, BLOCK + 10, new byte[] {1, 2, 3});
        assertEquals(List.of("read 4096 4096"), calls());
        c.write(BLOCK + 20, new byte[] {4}, Flags.NONE);
        expected[BLOCK + 20] = 4;
        assertEquals(List.of(), calls());
        c.device().flush();
        assertArrayEquals(expected, model.contents());
    }

    @Test
    void theLastPartialBlockCountsAsWhole() throws Exception {
        Connection c = connect();
        byte[] tail = random.bytes(100);
        c.write(SIZE - 100, tail, Flags.NONE);
        assertEquals(List.of(), calls());
        c.device().flush();
        assertEquals(List.of("write 40960 100", "flush"), calls());
    }

    @Test
    void readsAreNotKeptUnlessSaidSoButHintsAre() throws Exception {
        Connection c = connect();
        c.read(0, 10);
        c.read(0, 10);
        assertEquals(List.of("read 0 10", "read 0 10"), calls());
        c.device().cache(10, BLOCK);
        assertEquals(List.of("read 0 8192"), calls());
        c.read(0, 2 * BLOCK);
        assertEquals(List.of(), calls());
    }

    @Test
    void withOnReadAReadIsKept() throws Exception {
        Connection c = connect("cache-on-read=true");
        assertArrayEquals(Arrays.copyOfRange(model.contents(), 5000, 5010), c.read(5000, 10));
        assertArrayEquals(Arrays.copyOfRange(model.contents(), 4096, 8192), c.read(4096, 4096));
        assertEquals(List.of("read 4096 4096"), calls());
    }

    @Test
    void withAFileReadsAreKeptWhileItExists() throws Exception {
        var file = directory.resolve("on");
        Connection c = connect("cache-on-read=" + file);
        c.read(0, 1);
        Files.createFile(file);
        c.read(0, 1);
        c.read(0, 1);
        Files.delete(file);
        c.read(0, 1);
        c.read(BLOCK, 1);
        assertEquals(List.of("read 0 1", "read 0 4096", "read 4096 1"), calls());
    }

    @Test
    void zeroesThatMayBeHolesTakeNoRoomAndComeHomeAsZeroes() throws Exception {
        Connection c = connect();
        byte[] expected = model.contents();
        c.device().zero(BLOCK, 3 * BLOCK, Flags.of(Flags.MAY_TRIM | Flags.FAST_ZERO));
        Arrays.fill(expected, BLOCK, 4 * BLOCK, (byte) 0);
        assertEquals(List.of(), calls());
        assertArrayEquals(expected, c.readAll());
        calls();
        c.device().flush();
        assertEquals(List.of("zero 4096 12288 may_trim", "flush"), calls());
        assertArrayEquals(expected, model.contents());
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void aPartOfAZeroedBlockIsWrittenOntoZeroes() throws Exception {
        Connection c = connect();
        byte[] expected = model.contents();
        c.write(0, random.bytes(BLOCK), Flags.NONE);
        c.device().zero(0, 2 * BLOCK, Flags.of(Flags.MAY_TRIM));
        c.write(50, new byte[] {9}, Flags.NONE);
        Arrays.fill(expected, 0, 2 * BLOCK, (byte) 0);
        expected[50] = 9;
        assertEquals(List.of(), calls());
        assertArrayEquals(expected, c.readAll());
        c.device().flush();
        assertArrayEquals(expected, model.contents());
    }

    @Test
    void aFastZeroIsRefusedWhereItWouldBeAWrite() throws Exception {
        Connection c = connect();
        for (int flags : new int[] {Flags.FAST_ZERO, Flags.FAST_ZERO | Flags.MAY_TRIM}) {
            var e = assertThrows(NbdException.class, () -> c.device().zero(1, BLOCK, Flags.of(flags)));
            assertEquals(NbdError.ENOTSUP, e.error());
        }
        assertThrows(NbdException.class, () -> c.device().zero(0, BLOCK, Flags.of(Flags.FAST_ZERO)));
    }

    @Test
    void aTrimGoesBehindAtOnceAndLeavesDirtyPartsOfBlocksAsTheyWere() throws Exception {
        Connection c = connect();
        byte[] bytes = random.bytes(3 * BLOCK);
        c.write(0, bytes, Flags.NONE);
        calls();
        c.device().trim(100, 2 * BLOCK, Flags.NONE);
        assertEquals(List.of("write 0 4096", "write 8192 4096", "trim 100 8192"), calls());
        c.device().flush();
        assertEquals(List.of("flush"), calls());
        assertArrayEquals(Arrays.copyOf(bytes, 100), c.read(0, 100));
        assertArrayEquals(Arrays.copyOfRange(bytes, 100 + 2 * BLOCK, 3 * BLOCK), c.read(100 + 2 * BLOCK, BLOCK - 100));
        assertArrayEquals(Arrays.copyOf(bytes, 100), Arrays.copyOf(model.contents(), 100));
    }

    @Test
    void aTrimKeepsToTheBlocksOfTheLayerBehind() throws Exception {
        model.with(model.info().with().size(10 * BLOCK).blockSizes(new BlockSizes(512, 4096, BlockSizes.UNLIMITED)).build());
        Connection c = connect();
        c.device().trim(1, 1023, Flags.NONE);
        c.device().trim(513, 510, Flags.NONE);
        c.device().trim(10 * BLOCK - 1, 1, Flags.NONE);
        c.device().trim(10 * BLOCK - 600, 600, Flags.NONE);
        assertEquals(List.of("trim 512 512", "trim 40448 512"), calls());
    }

    @Test
    void whatCannotComeHomeStaysDirtyAndTheFlushFails() throws Exception {
        Connection c = connect();
        byte[] bytes = random.bytes(BLOCK);
        c.write(0, bytes, Flags.NONE);
        c.device().zero(BLOCK, BLOCK, Flags.of(Flags.MAY_TRIM));
        model.failWith(NbdError.ENOSPC);
        var e = assertThrows(NbdException.class, () -> c.device().flush());
        assertEquals(NbdError.ENOSPC, e.error());
        assertEquals(List.of("write 0 4096", "zero 4096 4096 may_trim", "flush"), calls());
        model.failWith(null);
        assertArrayEquals(bytes, c.read(0, BLOCK));
        c.device().flush();
        assertArrayEquals(bytes, Arrays.copyOf(model.contents(), BLOCK));
    }

    @Test
    void theLastWriterThatSaysGoodbyeBringsEverythingHome() throws Exception {
        Connection a = connect();
        Connection b = harness.connect();
        a.write(0, new byte[] {77}, Flags.NONE);
        calls();
        a.disconnect();
        assertEquals(List.of(), calls());
        b.disconnect();
        assertEquals(List.of("write 0 4096", "flush"), calls());
        assertEquals(77, model.contents()[0]);
    }

    @Test
    void aServerThatEndsWaitsForDirtyBlocksToComeHome() throws Exception {
        Connection c = connect();
        c.write(0, new byte[BLOCK], Flags.NONE);
        harness.context().cancellation().cancel("stop");
        c.request().cancellation().cancel("stop");
        calls();
        c.disconnect();
        assertEquals(List.of("write 0 4096", "flush"), calls());
    }

    @Test
    void aFlushOnOneConnectionCoversAllOthersAlsoWhereTheLayerBehindDoesNot() throws Exception {
        model.with(model.info().with().multiConn(false).build());
        Connection a = connect("cache=writethrough");
        Connection b = harness.connect();
        assertTrue(a.info().multiConn());
        a.write(0, new byte[BLOCK], Flags.NONE);
        calls();
        b.device().flush();
        assertEquals(List.of("flush", "flush"), calls());
        b.device().flush();
        assertEquals(List.of("flush"), calls());
    }

    @Test
    void aReadOnlyClientsFlushGoesThroughADeviceThatCanWrite() throws Exception {
        Connection c = connect();
        Connection reader = connect("", true);
        c.write(0, new byte[BLOCK], Flags.NONE);
        calls();
        reader.device().flush();
        assertEquals(List.of("write 0 4096", "flush"), calls());
        assertEquals(0, model.contents()[0]);
    }

    @Test
    void exportNamesHaveCachesOfTheirOwn() throws Exception {
        Connection a = connect();
        Connection b = connect("b", false);
        a.write(0, new byte[] {1}, Flags.NONE);
        assertEquals(model.contents()[0], b.read(0, 1)[0]);
    }

    @Test
    void extentsTellWhatIsDirtyAndPassOnTheRest() throws Exception {
        Connection c = connect();
        model.zero(0, 3 * BLOCK, Flags.NONE);
        c.write(BLOCK, random.bytes(BLOCK), Flags.NONE);
        c.device().zero(5 * BLOCK, 2 * BLOCK, Flags.of(Flags.MAY_TRIM));
        assertEquals(List.of(new Extent(0, BLOCK, 3), new Extent(BLOCK, BLOCK, 0), new Extent(2 * BLOCK, BLOCK, 3),
                new Extent(3 * BLOCK, 2 * BLOCK, 0), new Extent(5 * BLOCK, 2 * BLOCK, 3), new Extent(7 * BLOCK, SIZE - 7 * BLOCK, 0)),
                c.status(0, SIZE, Flags.NONE));
    }

    @Test
    void whatIsOfferedFollowsTheLayerBehindWhereTheCacheCannotDoIt() throws Exception {
        model.with(DeviceInfo.readOnly(SIZE).build());
        assertEquals(DeviceInfo.readOnly(SIZE).cache(Support.NATIVE).multiConn(true)
                .blockSizes(new BlockSizes(1, 65536, BlockSizes.UNLIMITED)).build(), start(model).connect().info());
        harness.close();
        model.with(DeviceInfo.writable(SIZE).build());
        DeviceInfo info = start(model).connect().info();
        assertEquals(DeviceInfo.writable(SIZE).zero(Support.NATIVE).fastZero(true).flush(true).fua(Support.EMULATE).extents(true)
                .cache(Support.NATIVE).multiConn(true).blockSizes(new BlockSizes(1, 65536, BlockSizes.UNLIMITED)).build(), info);
    }

    @Test
    void aLayerBehindWithLargeBlocksGetsWholeOnes() throws Exception {
        ModelDevice large = ModelDevice.of(random.bytes(1 << 20));
        large.with(large.info().with().blockSizes(new BlockSizes(65536, 65536, 131072)).build());
        Connection c = start(large, "cache-min-block-size=4k").connect();
        byte[] expected = large.contents();
        c.write(65535, new byte[] {1, 2}, Flags.NONE);
        fill(expected, 65535, new byte[] {1, 2});
        large.takeCalls();
        c.device().flush();
        assertEquals(List.of("write 0 131072", "flush"), large.takeCalls());
        assertArrayEquals(expected, large.contents());
    }

    @Test
    void withUnsafeAFlushDoesNothingAndTheGoodbyeBringsHome() throws Exception {
        Connection c = connect("cache=unsafe");
        assertEquals(Support.NATIVE, c.info().fua());
        c.write(0, new byte[BLOCK], Flags.of(Flags.FUA));
        c.device().flush();
        assertEquals(List.of(), calls());
        c.disconnect();
        assertEquals(List.of("write 0 4096", "flush"), calls());
    }

    @Test
    void anEmptyDiskAndOneOfOneByteWork() throws Exception {
        Connection empty = start(ModelDevice.of(new byte[0])).connect();
        assertEquals(0, empty.info().size());
        empty.device().flush();
        harness.close();
        ModelDevice one = ModelDevice.of(new byte[] {7});
        Connection c = start(one).connect();
        c.write(0, new byte[] {8}, Flags.NONE);
        assertArrayEquals(new byte[] {8}, c.readAll());
        c.device().zero(0, 1, Flags.of(Flags.MAY_TRIM));
        c.device().flush();
        assertArrayEquals(new byte[] {0}, one.contents());
    }
}
