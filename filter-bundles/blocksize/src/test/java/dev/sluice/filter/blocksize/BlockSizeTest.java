package dev.sluice.filter.blocksize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BlockSizeTest {
    private final SeededRandom random = SeededRandom.create();
    private final ModelDevice model = ModelDevice.of(random.bytes(100 * 1024 + 13));

    private Connection connect(String... words) throws Exception {
        Connection c = LayerHarness.filter(BlockSizeFilter::new, "blocksize", List.of(words), Path.of("/"), model).start().connect();
        model.takeCalls();
        return c;
    }

    private Connection small() throws Exception {
        return connect("minblock=1k", "maxdata=4k", "maxlen=8k");
    }

    @Test
    void aReadIsWidenedAndSplit() throws Exception {
        Connection c = small();
        byte[] bytes = c.read(1000, 10_000);
        assertEquals(List.of("read 0 1024", "read 1024 4096", "read 5120 4096", "read 9216 1024", "read 10240 1024"), model.takeCalls());
        assertArrayEquals(Arrays.copyOfRange(model.contents(), 1000, 11_000), bytes);
    }

    @Test
    void wholeBlocksPassWithoutACopy() throws Exception {
        model.leases(true);
        Connection c = small();
        assertEquals(List.of(Kind.LEASE, Kind.LEASE), c.readReply(1024, 8192).kinds());
        assertEquals(List.of("read 1024 4096", "read 5120 4096"), model.takeCalls());
    }

    @Test
    void partsOfBlocksAreReadChangedAndWrittenBack() throws Exception {
        Connection c = small();
        byte[] expected = model.contents();
        byte[] bytes = random.bytes(10_000);
        System.arraycopy(bytes, 0, expected, 1000, 10_000);
        c.write(1000, bytes, Flags.of(Flags.FUA));
        assertEquals(List.of("read 0 1024", "write 0 1024 fua", "write 1024 4096 fua", "write 5120 4096 fua", "write 9216 1024 fua",
                "read 10240 1024", "write 10240 1024 fua"), model.takeCalls());
        assertArrayEquals(expected, model.contents());
    }

    @Test
    void aWriteInsideOfOneBlockIsOneRequest() throws Exception {
        Connection c = small();
        byte[] expected = model.contents();
        Arrays.fill(expected, 2050, 2060, (byte) 7);
        byte[] bytes = new byte[10];
        Arrays.fill(bytes, (byte) 7);
        c.write(2050, bytes, Flags.NONE);
        assertEquals(List.of("read 2048 1024", "write 2048 1024"), model.takeCalls());
        assertArrayEquals(expected, model.contents());
    }

    @Test
    void zeroesChangePartsOfBlocksToo() throws Exception {
        Connection c = small();
        byte[] expected = model.contents();
        Arrays.fill(expected, 1000, 21_000, (byte) 0);
        c.device().zero(1000, 20_000, Flags.of(Flags.MAY_TRIM | Flags.FUA));
        assertEquals(List.of("read 0 1024", "write 0 1024 fua", "zero 1024 8192 fua,may_trim", "zero 9216 8192 fua,may_trim",
                "zero 17408 3072 fua,may_trim", "read 20480 1024", "write 20480 1024 fua"), model.takeCalls());
        assertArrayEquals(expected, model.contents());
    }

    @Test
    void aFastZeroThatTakesMoreThanOneRequestIsRefusedAtOnce() throws Exception {
        Connection c = small();
        for (long[] range : new long[][] {{1000, 1048}, {1024, 1000}, {0, 9216}, {1, 1}}) {
            var e = assertThrows(NbdException.class, () -> c.device().zero(range[0], range[1], Flags.of(Flags.FAST_ZERO)));
            assertEquals(NbdError.ENOTSUP, e.error());
        }
        assertEquals(List.of(), model.takeCalls());
        c.device().zero(1024, 8192, Flags.of(Flags.FAST_ZERO));
        assertEquals(List.of("zero 1024 8192 fast"), model.takeCalls());
    }

    @Test
    void partsOfBlocksAreNotTrimmed() throws Exception {
        Connection c = small();
        c.device().trim(1000, 20_000, Flags.of(Flags.FUA));
        c.device().trim(500, 1000, Flags.NONE);
        c.device().trim(1025, 2046, Flags.NONE);
        assertEquals(List.of("trim 1024 8192 fua", "trim 9216 8192 fua", "trim 17408 3072 fua"), model.takeCalls());
    }

    @Test
    void cacheHintsAreWidenedAndSplitAsReadsAre() throws Exception {
        small().device().cache(1000, 5000);
        assertEquals(List.of("cache 0 4096", "cache 4096 2048"), model.takeCalls());
    }

    @Test
    void statusIsAskedInWholeBlocksAndToldInWholeBlocks() throws Exception {
        Connection c = connect("minblock=8k", "maxlen=16k");
        model.zero(4096, 4096, Flags.NONE);
        model.zero(16_384, 16_384, Flags.NONE);
        model.takeCalls();
        assertEquals(List.of(new Extent(5000, 11_384, 0), new Extent(16_384, 16_384, 3), new Extent(32_768, 16_384, 0)),
                c.status(5000, 36_000, Flags.NONE));
        assertEquals(List.of("status 0 16384", "status 16384 16384", "status 32768 16384"), model.takeCalls());
    }

    @Test
    void whatIsLeftBehindTheLastWholeBlockIsNotShown() throws Exception {
        assertEquals(102_400, small().info().size());
        assertEquals(65_536, connect("minblock=64k").info().size());
        model.with(model.info().with().size(1023).build());
        assertEquals(0, small().info().size());
    }

    @Test
    void clientsMaySendAnything() throws Exception {
        model.with(model.info().with().blockSizes(new BlockSizes(512, 8192, 1 << 20)).build());
        assertEquals(new BlockSizes(1, 8192, BlockSizes.UNLIMITED), connect().info().blockSizes());
        assertEquals(new BlockSizes(1, 65536, BlockSizes.UNLIMITED), connect("minblock=64k").info().blockSizes());
    }

    @Test
    void blockSizesOfTheLayerBehindAreKeptWithoutParameters() throws Exception {
        model.with(model.info().with().size(8192).blockSizes(new BlockSizes(512, 512, 1024)).build());
        Connection c = connect();
        c.read(1, 2000);
        assertEquals(List.of("read 0 512", "read 512 1024", "read 1536 512"), model.takeCalls());
    }

    @Test
    void aMaximumThatDoesNotFitToTheLayerBehindIsRefused() throws Exception {
        model.with(model.info().with().blockSizes(new BlockSizes(4096, 4096, BlockSizes.UNLIMITED)).build());
        LayerHarness h = LayerHarness.filter(BlockSizeFilter::new, "blocksize", List.of("maxlen=1k"), Path.of("/"), model).start();
        assertThrows(NbdException.class, h::connect);
    }

    @Test
    void aReadOnlyDeviceIsSplitToo() throws Exception {
        model.with(DeviceInfo.readOnly(10_000).build());
        assertEquals(9216, small().readAll().length);
    }

    @Test
    void aFailureInTheMiddleComesThroughAndTheLockIsFree() throws Exception {
        Connection c = small();
        model.failWith(NbdError.ENOSPC);
        assertEquals(NbdError.ENOSPC, assertThrows(NbdException.class, () -> c.write(1000, new byte[100], Flags.NONE)).error());
        assertEquals(NbdError.ENOSPC, assertThrows(NbdException.class, () -> c.read(1000, 5000)).error());
        assertEquals(NbdError.ENOSPC, assertThrows(NbdException.class, () -> c.device().trim(0, 5000, Flags.NONE)).error());
        model.failWith(null);
        c.write(1000, new byte[100], Flags.NONE);
        assertArrayEquals(new byte[100], c.read(1000, 100));
    }

    @Test
    void clientsThatWriteToTheSameBlocksLoseNothing() throws Exception {
        LayerHarness h = LayerHarness.filter(BlockSizeFilter::new, "blocksize", List.of("minblock=1k", "maxdata=4k"), Path.of("/"), model)
                .start();
        int clients = 4;
        int rounds = 300;
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                Connection c = h.connect();
                int first = client;
                ends.add(pool.submit(() -> {
                    for (int i = 0; i < rounds; i++) {
                        // every client has every fourth byte of the first two blocks; the rest of it is written in whole
                        c.write(first + 4 * i, new byte[] {(byte) (i + first)}, Flags.NONE);
                        c.write(4096 * (first + 1), random.bytes(4096), Flags.NONE);
                    }
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        byte[] seen = model.contents();
        for (int at = 0; at < clients * rounds; at++) {
            assertEquals((byte) (at / 4 + at % 4), seen[at], "byte " + at);
        }
    }
}
