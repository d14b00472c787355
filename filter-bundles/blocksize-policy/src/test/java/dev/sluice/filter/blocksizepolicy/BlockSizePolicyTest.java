package dev.sluice.filter.blocksizepolicy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingSink.Extent;
import dev.sluice.api.contract.SeededRandom;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class BlockSizePolicyTest {
    private final ModelDevice model = ModelDevice.of(new SeededRandom(7).bytes(100_001));

    private Connection connect(String... words) throws Exception {
        return LayerHarness.filter(BlockSizePolicyFilter::new, "blocksize-policy", List.of(words), Path.of("/"), model).start().connect();
    }

    private static String refusal(Executable request) {
        NbdException e = assertThrows(NbdException.class, request);
        assertEquals(NbdError.EINVAL, e.error());
        return e.getMessage();
    }

    @Test
    void everyRequestPassesIfThatIsAllowed() throws Exception {
        Connection c = connect("blocksize-minimum=1k", "blocksize-maximum=4k");
        model.takeCalls();
        c.read(10, 9000);
        c.write(1, new byte[8192], Flags.NONE);
        c.device().trim(3, 5, Flags.NONE);
        c.device().zero(3, 5, Flags.NONE);
        c.device().cache(3, 5);
        assertEquals(List.of("read 10 9000", "write 1 8192", "trim 3 5", "zero 3 5", "cache 3 5"), model.takeCalls());
    }

    @Test
    void anOffsetInsideOfABlockIsRefused() throws Exception {
        Connection c = connect("blocksize-minimum=1k", "blocksize-error-policy=error");
        model.takeCalls();
        List<Executable> requests = List.of(() -> c.read(512, 1024), () -> c.write(1, new byte[1024], Flags.NONE),
                () -> c.device().trim(512, 1024, Flags.NONE), () -> c.device().zero(512, 1024, Flags.NONE),
                () -> c.device().cache(512, 1024), () -> c.status(512, 1024, Flags.NONE));
        requests.forEach(BlockSizePolicyTest::refusal);
        assertEquals("read of 1024 bytes at 512: the offset is no multiple of the minimum block size of 1024", refusal(requests.get(0)));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void aLengthThatEndsInsideOfABlockIsRefused() throws Exception {
        Connection c = connect("blocksize-minimum=1k", "blocksize-error-policy=error");
        List<Executable> requests = List.of(() -> c.read(0, 1), () -> c.write(0, new byte[1025], Flags.NONE),
                () -> c.device().trim(0, 1, Flags.NONE), () -> c.device().zero(1024, 1, Flags.NONE), () -> c.device().cache(0, 1),
                () -> c.status(0, 1, Flags.NONE));
        requests.forEach(BlockSizePolicyTest::refusal);
        assertEquals("write of 1025 bytes at 0: the length is no multiple of the minimum block size of 1024", refusal(requests.get(1)));
    }

    @Test
    void onlyReadsAndWritesHaveAMaximum() throws Exception {
        Connection c = connect("blocksize-minimum=1k", "blocksize-maximum=4k", "blocksize-error-policy=error");
        assertEquals("read of 5120 bytes at 0: more than the maximum block size of 4096", refusal(() -> c.read(0, 5120)));
        refusal(() -> c.write(0, new byte[8192], Flags.NONE));
        c.read(0, 4096);
        c.write(0, new byte[4096], Flags.NONE);
        c.device().trim(0, 65536, Flags.NONE);
        c.device().zero(0, 65536, Flags.NONE);
        c.device().cache(0, 65536);
        c.status(0, 65536, Flags.NONE);
    }

    @Test
    void theUnalignedEndOfTheDiskCanBeUsed() throws Exception {
        Connection c = connect("blocksize-minimum=1k", "blocksize-error-policy=error");
        assertEquals(673, c.read(99_328, 673).length);
        assertEquals(1697, c.read(98_304, 1697).length);
        c.device().trim(99_328, 673, Flags.NONE);
        refusal(() -> c.read(99_328, 672));
        refusal(() -> c.read(99_329, 672));
    }

    @Test
    void theUnalignedEndOfTheDiskIsRefusedIfThePolicyIsStrict() throws Exception {
        Connection c = connect("blocksize-minimum=1k", "blocksize-error-policy=strict-error");
        assertEquals("read of 673 bytes at 99328: the length is no multiple of the minimum block size of 1024",
                refusal(() -> c.read(99_328, 673)));
        c.read(98_304, 1024);
    }

    @Test
    void aWriteThatIsTooLongEndsTheConnection() throws Exception {
        Connection c = connect("blocksize-write-disconnect=8k");
        c.write(1, new byte[8192], Flags.NONE);
        assertEquals(Optional.empty(), c.request().client().disconnected());
        NbdException e = assertThrows(NbdException.class, () -> c.write(0, new byte[8193], Flags.NONE));
        assertEquals(NbdError.ESHUTDOWN, e.error());
        assertEquals(Optional.of(true), c.request().client().disconnected());
    }

    @Test
    void aMaximumIsKeptBelowTheLengthThatEndsTheConnection() throws Exception {
        Connection c = connect("blocksize-write-disconnect=8k", "blocksize-maximum=4k", "blocksize-error-policy=error");
        refusal(() -> c.write(0, new byte[5000], Flags.NONE));
        assertEquals(Optional.empty(), c.request().client().disconnected());
    }

    @Test
    void statusIsToldInWholeBlocks() throws Exception {
        model.zero(0, 4096, Flags.NONE);
        model.zero(8192, 4096, Flags.NONE);
        model.zero(98_304, 1697, Flags.NONE);
        assertEquals(List.of(new Extent(0, 98_304, 0), new Extent(98_304, 1697, 3)),
                connect("blocksize-minimum=8k", "blocksize-preferred=8k").status(0, 100_001, Flags.NONE));
    }
}
