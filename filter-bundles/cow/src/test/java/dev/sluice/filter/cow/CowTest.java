package dev.sluice.filter.cow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingReply.Kind;
import dev.sluice.api.contract.RecordingSink.Extent;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CowTest extends CowTestBase {
    @Test
    void theLayerBehindIsOpenedReadOnlyAndNeverChanged() throws Exception {
        byte[] before = model.contents();
        Connection c = connect();
        assertTrue(harness.next().requests().get(0).readOnly());
        c.write(1, random.bytes(9000), Flags.of(Flags.FUA));
        c.device().zero(5000, 9000, Flags.NONE);
        c.device().trim(0, SIZE, Flags.NONE);
        c.device().flush();
        assertArrayEquals(before, model.contents());
        assertEquals(List.of("read 0 4096", "read 8192 4096", "read 12288 4096"), model.takeCalls());
    }

    @Test
    void itOffersEverythingWhateverIsBehind() throws Exception {
        model.with(DeviceInfo.readOnly(SIZE).build());
        assertEquals(DeviceInfo.writable(SIZE).flush(true).trim(true).zero(Support.NATIVE).fastZero(true).fua(Support.NATIVE)
                .cache(Support.NATIVE).extents(true).multiConn(true)
                .blockSizes(new BlockSizes(1, 4096, BlockSizes.UNLIMITED)).build(), connect().info());
    }

    @Test
    void theBlockSizeIsToldAsThePreferredOneUnlessThatBehindIsLarger() throws Exception {
        assertEquals(65536, start(model).connect().info().blockSizes().preferred());
        harness.close();
        model.with(model.info().with().blockSizes(new BlockSizes(512, 131072, BlockSizes.UNLIMITED)).build());
        assertEquals(new BlockSizes(1, 131072, BlockSizes.UNLIMITED), start(model).connect().info().blockSizes());
        harness.close();
        assertEquals(32 << 20, start(model, "cow-block-size=1G").connect().info().blockSizes().preferred());
    }

    @Test
    void anEmptyDiskCanBeOpened() throws Exception {
        assertEquals(0, start(ModelDevice.of(new byte[0])).connect().info().size());
    }

    @Test
    void aDiskOfOneByteCanBeChanged() throws Exception {
        Connection c = start(ModelDevice.of(new byte[] {7})).connect();
        assertArrayEquals(new byte[] {7}, c.readAll());
        c.write(0, new byte[] {8}, Flags.NONE);
        assertArrayEquals(new byte[] {8}, c.readAll());
        c.device().trim(0, 1, Flags.NONE);
        assertArrayEquals(new byte[] {0}, c.readAll());
    }

    @Test
    void aDiskOfTheLargestSizeCanBeMarkedAtItsEnd() throws Exception {
        // the model has no such size, so the overlay is asked directly
        start(model);
        Overlay overlay = new Overlay("", harness.context(), 65536, Long.MAX_VALUE);
        overlay.zero(model, Long.MAX_VALUE - 65535, 65535);
        assertEquals(Overlay.ZERO, overlay.state(Long.MAX_VALUE - 1));
        assertEquals(Long.MAX_VALUE, overlay.runEnd(Long.MAX_VALUE - 10, Overlay.ZERO, Long.MAX_VALUE));
        assertEquals(Long.MAX_VALUE - 65535, overlay.runEnd(0, Overlay.UNTOUCHED, Long.MAX_VALUE));
        assertEquals(65536, overlay.bytes(Overlay.ZERO));
    }

    @Test
    void theLastPartialBlockCountsAsWholeForWriteAndTrim() throws Exception {
        Connection c = connect();
        byte[] expected = model.contents();
        byte[] tail = random.bytes(100);
        c.write(SIZE - 100, tail, Flags.NONE);
        assertEquals(List.of(), model.takeCalls());
        fill(expected, SIZE - 100, tail);
        assertArrayEquals(expected, c.readAll());
        c.device().trim(SIZE - 100, 100, Flags.NONE);
        Arrays.fill(expected, SIZE - 100, SIZE, (byte) 0);
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void aTrimIsZeroToTheByteAndKeepsTheRestOfTheBlocks() throws Exception {
        Connection c = connect();
        byte[] expected = model.contents();
        c.device().trim(100, 2 * BLOCK, Flags.of(Flags.FUA));
        c.device().trim(8 * BLOCK + 1, BLOCK - 2, Flags.NONE);
        Arrays.fill(expected, 100, 100 + 2 * BLOCK, (byte) 0);
        Arrays.fill(expected, 8 * BLOCK + 1, 9 * BLOCK - 1, (byte) 0);
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void aPartOfATrimmedBlockIsWrittenOntoZeroesAlsoWhereOldBytesLie() throws Exception {
        Connection c = connect();
        byte[] expected = model.contents();
        c.write(0, random.bytes(BLOCK), Flags.NONE);
        c.device().trim(0, 2 * BLOCK, Flags.NONE);
        byte[] bytes = random.bytes(10);
        c.write(50, bytes, Flags.NONE);
        c.write(BLOCK + 50, bytes, Flags.NONE);
        Arrays.fill(expected, 0, 2 * BLOCK, (byte) 0);
        fill(expected, 50, bytes);
        fill(expected, BLOCK + 50, bytes);
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void aFastZeroIsRefusedOnlyWhereNoBlockIsWhole() throws Exception {
        Connection c = connect();
        byte[] before = c.readAll();
        for (int flags : new int[] {Flags.FAST_ZERO, Flags.FAST_ZERO | Flags.MAY_TRIM, Flags.FAST_ZERO | Flags.FUA}) {
            var e = assertThrows(NbdException.class, () -> c.device().zero(10, BLOCK, Flags.of(flags)));
            assertEquals(NbdError.ENOTSUP, e.error());
            assertArrayEquals(before, c.readAll());
        }
        c.device().zero(10, 2 * BLOCK, Flags.of(Flags.FAST_ZERO));
        Arrays.fill(before, 10, 10 + 2 * BLOCK, (byte) 0);
        assertArrayEquals(before, c.readAll());
    }

    @Test
    void runsAreReadWithAsFewRequestsAsCanBeAndWithoutACopy() throws Exception {
        model.leases(true);
        ModelDevice large = ModelDevice.of(random.bytes(1 << 20)).leases(true);
        Connection c = start(large).connect();
        c.write(256 << 10, random.bytes(256 << 10), Flags.NONE);
        c.write(768 << 10, random.bytes(1), Flags.NONE);
        c.device().trim(832 << 10, 128 << 10, Flags.NONE);
        large.takeCalls();
        Connection.Answer answer = c.readReply(100, (1 << 20) - 100);
        assertEquals(List.of("read 100 262044", "read 524288 262144", "read 983040 65536"), large.takeCalls());
        assertEquals(List.of(Kind.LEASE, Kind.FILE, Kind.LEASE, Kind.FILE, Kind.ZEROES, Kind.LEASE), answer.kinds());
        assertEquals(List.of(Kind.BUFFER), c.readReply(256 << 10, 65535).kinds());
        assertEquals(0, large.leasesHeld());
    }

    @Test
    void extentsAreThoseOfTheOverlayAndOfTheLayerBehind() throws Exception {
        Connection c = connect();
        model.zero(0, 3 * BLOCK, Flags.NONE);
        c.write(BLOCK, new byte[] {1}, Flags.NONE);
        c.device().trim(5 * BLOCK, 2 * BLOCK, Flags.NONE);
        assertEquals(List.of(new Extent(0, BLOCK, 3), new Extent(BLOCK, BLOCK, 0), new Extent(2 * BLOCK, BLOCK, 3),
                new Extent(3 * BLOCK, 2 * BLOCK, 0), new Extent(5 * BLOCK, 2 * BLOCK, 3), new Extent(7 * BLOCK, SIZE - 7 * BLOCK, 0)),
                c.status(0, SIZE, Flags.NONE));
        assertEquals(List.of(new Extent(10, BLOCK - 10, 3)), c.status(10, SIZE - 10, Flags.of(Flags.REQ_ONE)));
    }

    @Test
    void aLayerBehindWithoutExtentsIsData() throws Exception {
        model.with(model.info().with().extents(false).build());
        Connection c = connect();
        c.device().zero(0, BLOCK, Flags.NONE);
        assertEquals(List.of(new Extent(0, BLOCK, 3), new Extent(BLOCK, SIZE - BLOCK, 0)), c.status(0, SIZE, Flags.NONE));
    }

    @Test
    void withoutOnCacheHintsGoToTheLayerBehindForWhatIsThere() throws Exception {
        Connection c = connect("cow-on-cache=false");
        c.write(BLOCK, random.bytes(BLOCK), Flags.NONE);
        c.device().cache(10, 3 * BLOCK);
        assertEquals(List.of("cache 10 4086", "cache 8192 4106"), model.takeCalls());
    }

    @Test
    void withOnCacheHintsCopyIntoTheOverlay() throws Exception {
        Connection c = connect("cow-on-cache=true");
        byte[] before = model.contents();
        c.device().cache(10, 3 * BLOCK);
        assertEquals(List.of("read 0 16384"), model.takeCalls());
        model.write(0, ByteBuffer.wrap(new byte[SIZE]), Flags.NONE);
        model.takeCalls();
        assertArrayEquals(Arrays.copyOf(before, 4 * BLOCK), c.read(0, 4 * BLOCK));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void withOnReadAReadCopiesIntoTheOverlay() throws Exception {
        Connection c = connect("cow-on-read=true");
        c.read(5000, 1);
        c.read(5001, 1);
        assertEquals(List.of("read 4096 4096"), model.takeCalls());
    }

    @Test
    void withAFileReadsAreCopiedWhileItExists() throws Exception {
        var file = directory.resolve("on");
        Connection c = connect("cow-on-read=" + file);
        c.read(0, 1);
        Files.createFile(file);
        c.read(0, 1);
        c.read(0, 1);
        Files.delete(file);
        c.read(0, 1);
        c.read(BLOCK, 1);
        assertEquals(List.of("read 0 1", "read 0 4096", "read 4096 1"), model.takeCalls());
    }

    @Test
    void aReadThatCannotBeKeptIsAnsweredAllTheSame() throws Exception {
        Connection c = connect("cow-on-read=yes");
        var gone = Files.move(directory, directory.resolveSibling(directory.getFileName() + "-gone"));
        try {
            assertArrayEquals(model.contents(), c.readAll());
        } finally {
            Files.move(gone, directory);
        }
    }

    @Test
    void badParametersAreRefusedWithWhatWouldBeRight() {
        for (String size : List.of("5000", "2048", "0", "2G", "4E")) {
            var e = assertThrows(ConfigException.class, () -> start(model, "cow-block-size=" + size));
            assertEquals("cow: cow-block-size=" + size + ": it must be a power of 2 from 4K to 1G", e.getMessage());
        }
        var e = assertThrows(ConfigException.class, () -> start(model, "cow-on-read=maybe"));
        assertEquals("cow: cow-on-read=maybe: it is a boolean, or a file name that starts with /", e.getMessage());
        assertThrows(ConfigException.class, () -> start(model, "cow-on-cache=/x"));
    }
}
