package dev.sluice.filter.swab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingReply.Kind;
import dev.sluice.api.contract.RecordingSink.Extent;
import dev.sluice.api.contract.SeededRandom;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SwabTest {
    private final ModelDevice model = ModelDevice.of(new SeededRandom(7).bytes(10_007));

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(SwabFilter::new, "swab", List.of(words), Path.of("/"), model).start();
    }

    private Connection connect(String... words) throws Exception {
        return start(words).connect();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void theBytesOfEachWordAreReversed(int word) throws Exception {
        Connection c = connect("swab-bits=" + word * 8);
        byte[] behind = model.contents();
        byte[] seen = c.readAll();
        assertEquals(10_007 / word * word, seen.length);
        for (int i = 0; i < seen.length; i++) {
            assertEquals(behind[i ^ word - 1], seen[i], "byte " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void whatIsWrittenIsReadBackAndReversedBehind(int word) throws Exception {
        Connection c = connect("swab-bits=" + word * 8);
        byte[] bytes = new SeededRandom(9).bytes(word * 3);
        c.write(word * 5, bytes, Flags.NONE);
        assertArrayEquals(bytes, c.read(word * 5, word * 3));
        assertEquals(bytes[word], model.contents()[word * 7 - 1]);
    }

    @Test
    void sixteenBitsAreTheDefault() throws Exception {
        assertEquals(model.contents()[1], connect().read(0, 2)[0]);
    }

    @Test
    void aHexadecimalNumberIsUnderstood() throws Exception {
        assertEquals(4, connect("swab-bits=0x20").info().blockSizes().minimum());
    }

    @ParameterizedTest
    @ValueSource(strings = {"24", "0", "128", "-16"})
    void anotherWordIsRefused(String bits) {
        var e = assertThrows(ConfigException.class, () -> start("swab-bits=" + bits));
        assertEquals("swab: swab-bits=" + bits + ": it must be 8, 16, 32 or 64", e.getMessage());
    }

    @Test
    void eightBitsPassMemoryWithoutACopy() throws Exception {
        model.leases(true);
        assertEquals(List.of(Kind.LEASE), connect("swab-bits=8").readReply(1, 3).kinds());
    }

    @Test
    void aRequestThatIsNotMadeOfWholeWordsIsRefused() throws Exception {
        Connection c = connect("swab-bits=32");
        model.takeCalls();
        List<Executable> requests = List.of(() -> c.read(2, 4), () -> c.read(4, 3), () -> c.write(1, new byte[4], Flags.NONE),
                () -> c.device().trim(4, 1, Flags.NONE), () -> c.device().zero(1, 4, Flags.NONE), () -> c.device().cache(4, 6),
                () -> c.status(3, 4, Flags.NONE));
        for (Executable request : requests) {
            assertEquals(NbdError.EINVAL, assertThrows(NbdException.class, request).error());
        }
        assertEquals("a request of 4 bytes at 2: with swab-bits=32 both must be multiples of 4",
                assertThrows(NbdException.class, requests.get(0)).getMessage());
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void otherRequestsPassAsTheyAre() throws Exception {
        Connection c = connect();
        model.takeCalls();
        c.device().trim(2, 4, Flags.of(Flags.FUA));
        c.device().zero(4, 6, Flags.of(Flags.MAY_TRIM | Flags.FAST_ZERO));
        c.device().cache(6, 8);
        c.device().flush();
        c.write(8, new byte[10], Flags.of(Flags.FUA));
        assertEquals(List.of("trim 2 4 fua", "zero 4 6 may_trim,fast", "cache 6 8", "flush", "write 8 10 fua"), model.takeCalls());
    }

    @Test
    void aWordThatIsZeroInPartOnlyIsData() throws Exception {
        // the last block of the model ends inside of a word that is rounded away
        model.zero(4096, 5911, Flags.NONE);
        assertEquals(List.of(new Extent(0, 4096, 0), new Extent(4096, 5904, 3)), connect("swab-bits=64").status(0, 10_000, Flags.NONE));
    }

    @Test
    void blockSizesOfTheDeviceBehindStayIfTheyAreLarger() throws Exception {
        model.with(model.info().with().blockSizes(new BlockSizes(1, 4096, 1_000_003)).build());
        assertEquals(new BlockSizes(8, 4096, 1_000_000), connect("swab-bits=64").info().blockSizes());
        model.with(model.info().with().blockSizes(new BlockSizes(512, 4096, BlockSizes.UNLIMITED)).build());
        assertEquals(new BlockSizes(512, 4096, BlockSizes.UNLIMITED), connect("swab-bits=64").info().blockSizes());
    }

    @Test
    void withoutBlockSizesBehindTheWordIsTheMinimum() throws Exception {
        assertEquals(new BlockSizes(2, 512, BlockSizes.UNLIMITED), connect().info().blockSizes());
    }

    @Test
    void aDiskShorterThanAWordIsEmpty() throws Exception {
        model.with(model.info().with().size(7).build());
        assertEquals(0, connect("swab-bits=64").info().size());
    }
}
