package dev.sluice.filter.truncate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingReply.Kind;
import dev.sluice.api.contract.RecordingSink.Extent;
import dev.sluice.api.contract.SeededRandom;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TruncateTest {
    private final ModelDevice model = ModelDevice.of(new SeededRandom(7).bytes(10_000));

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(TruncateFilter::new, "truncate", List.of(words), Path.of("/"), model).start();
    }

    private Connection connect(String... words) throws Exception {
        return start(words).connect();
    }

    @ParameterizedTest
    @CsvSource({"'',10000", "truncate=0,0", "truncate=1,1", "truncate=20k,20480", "truncate=9223372036854775807,9223372036854775807",
        "round-up=1,10000", "round-up=512,10240", "round-up=16,10000", "round-down=4k,8192", "round-down=1M,0",
        "truncate=5000 round-up=512 round-down=4k,4096", "truncate=9223372036854775807 round-down=4k,9223372036854771712"})
    void theSizeIsReplacedThenRoundedUpThenRoundedDown(String words, long size) throws Exception {
        assertEquals(size, connect(words.isEmpty() ? new String[0] : words.split(" ")).info().size());
    }

    @ParameterizedTest
    @CsvSource({"round-up=3", "round-down=0", "round-up=0", "round-down=1000"})
    void anUnitThatIsNoPowerOfTwoIsRefused(String word) {
        var e = assertThrows(ConfigException.class, () -> start(word));
        assertEquals("truncate: " + word + ": it must be a power of 2, such as 512, 4k or 1M", e.getMessage());
    }

    @Test
    void roundingUpBeyondTheLargestSizeIsRefused() throws Exception {
        LayerHarness h = start("truncate=9223372036854775807", "round-up=4k");
        var e = assertThrows(NbdException.class, h::connect);
        assertEquals("a size of 9223372036854775807 bytes can't be rounded up to a multiple of 4096: sizes end at 9223372036854775807",
                e.getMessage());
    }

    @Test
    void theSizeFollowsTheLayerBehindWithEachConnection() throws Exception {
        LayerHarness h = start("round-up=4k");
        assertEquals(12288, h.connect().info().size());
        model.with(model.info().with().size(4097).build());
        assertEquals(8192, h.connect().info().size());
    }

    @Test
    void whatIsAddedReadsAsZero() throws Exception {
        Connection c = connect("truncate=20k");
        assertArrayEquals(Arrays.copyOf(model.contents(), 20480), c.readAll());
        assertEquals(List.of(Kind.BUFFER, Kind.ZEROES), c.readReply(9999, 2).kinds());
        assertEquals(List.of(Kind.ZEROES), c.readReply(10_000, 10_480).kinds());
    }

    @Test
    void theLastByteOfTheLargestDiskIsZero() throws Exception {
        assertArrayEquals(new byte[1], connect("truncate=9223372036854775807").read(Long.MAX_VALUE - 1, 1));
    }

    @Test
    void zeroesCanBeWrittenBehindTheRealEnd() throws Exception {
        Connection c = connect("truncate=20k");
        model.takeCalls();
        c.write(9990, new byte[20], Flags.of(Flags.FUA));
        c.write(10_000, new byte[1001], Flags.NONE);
        assertEquals(List.of("write 9990 10 fua"), model.takeCalls());
    }

    @Test
    void otherBytesBehindTheRealEndAreRefusedAndNothingIsWritten() throws Exception {
        Connection c = connect("truncate=20k");
        byte[] before = model.contents();
        for (int at : new int[] {10, 11, 17, 18, 19}) {
            byte[] bytes = new byte[20];
            bytes[0] = 1;
            bytes[at] = 2;
            var e = assertThrows(NbdException.class, () -> c.write(9990, bytes, Flags.NONE));
            assertEquals(NbdError.ENOSPC, e.error());
            assertEquals("only zeroes can be written behind byte 10000, where the real disk ends", e.getMessage());
        }
        assertThrows(NbdException.class, () -> c.write(20479, new byte[] {1}, Flags.NONE));
        assertArrayEquals(before, model.contents());
    }

    @Test
    void requestsWithoutBytesAreCutAtTheRealEnd() throws Exception {
        Connection c = connect("truncate=1T");
        model.takeCalls();
        c.device().trim(9000, 1L << 39, Flags.of(Flags.FUA));
        c.device().zero(9001, 1L << 39, Flags.of(Flags.MAY_TRIM | Flags.FAST_ZERO));
        c.device().cache(9002, 1L << 39);
        c.device().trim(10_000, 1, Flags.NONE);
        c.device().zero(10_000, 1, Flags.NONE);
        c.device().cache(10_000, 1);
        assertEquals(List.of("trim 9000 1000 fua", "zero 9001 999 may_trim,fast", "cache 9002 998"), model.takeCalls());
    }

    @Test
    void whatIsAddedIsZeroedWithoutWritingAlsoIfTheLayerBehindHasNoZero() throws Exception {
        model.with(model.info().with().zero(Support.EMULATE).build());
        Connection c = connect("truncate=1T");
        assertEquals(Support.NATIVE, c.info().zero());
        assertTrue(c.info().canFastZero());
        model.takeCalls();
        c.device().zero(9999, 1L << 39, Flags.of(Flags.FUA));
        assertEquals(List.of("write 9999 1 fua"), model.takeCalls());
        assertEquals(NbdError.ENOTSUP,
                assertThrows(NbdException.class, () -> c.device().zero(9999, 2, Flags.of(Flags.FAST_ZERO))).error());
    }

    @Test
    void aSmallerDiskEmulatesZeroAsTheLayerBehindDoes() throws Exception {
        model.with(model.info().with().zero(Support.EMULATE).build());
        assertEquals(Support.EMULATE, connect("truncate=100").info().zero());
    }

    @Test
    void whatIsAddedIsAHole() throws Exception {
        Connection c = connect("truncate=20k");
        assertEquals(List.of(new Extent(5, 9995, 0), new Extent(10_000, 10_480, 3)), c.status(5, 20_475, Flags.NONE));
        assertEquals(List.of(new Extent(9999, 1, 0), new Extent(10_000, 10_480, 3)), c.status(9999, 2, Flags.NONE));
        assertEquals(List.of(new Extent(12_000, 8480, 3)), c.status(12_000, 2, Flags.NONE));
    }

    @Test
    void aHoleAtTheRealEndGoesOn() throws Exception {
        Connection c = connect("truncate=20k");
        model.zero(8192, 1808, Flags.NONE);
        assertEquals(List.of(new Extent(0, 8192, 0), new Extent(8192, 12_288, 3)), c.status(0, 20_480, Flags.NONE));
    }

    @Test
    void oneExtentIsEnoughIfOneWasAskedFor() throws Exception {
        Connection c = connect("truncate=20k");
        model.zero(4096, 4096, Flags.NONE);
        assertEquals(List.of(new Extent(0, 4096, 0)), c.status(0, 20_000, Flags.of(Flags.REQ_ONE)));
    }

    @Test
    void withoutExtentsBehindTheRealPartIsDataAndTheRestAHole() throws Exception {
        model.with(model.info().with().extents(false).build());
        Connection c = connect("truncate=20k");
        assertTrue(c.info().extents());
        assertEquals(List.of(new Extent(0, 10_000, 0), new Extent(10_000, 10_480, 3)), c.status(0, 20_480, Flags.NONE));
    }

    @Test
    void extentsEndWhereASmallerDiskEnds() throws Exception {
        model.zero(4096, 4096, Flags.NONE);
        Connection c = connect("truncate=5000");
        assertEquals(List.of(new Extent(0, 4096, 0), new Extent(4096, 904, 3)), c.status(0, 5000, Flags.NONE));
    }

    @Test
    void aFailureBehindInTheMiddleOfAReadComesThrough() throws Exception {
        Connection c = connect("truncate=20k");
        model.failWith(NbdError.EIO);
        assertEquals(NbdError.EIO, assertThrows(NbdException.class, () -> c.read(9000, 5000)).error());
        assertArrayEquals(new byte[10], c.read(10_000, 10));
    }

    @Test
    void anotherSizeIsSeenAfterASwap() throws Exception {
        LayerHarness h = start("truncate=20k");
        h.connect();
        assertEquals(30_720, h.swap(List.of("truncate=30k")).get(0).info().size());
    }
}
