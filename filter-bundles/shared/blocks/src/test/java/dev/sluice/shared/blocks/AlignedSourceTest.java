package dev.sluice.shared.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.Support;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestBuffers;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AlignedSourceTest {
    private static final int SIZE = 20_000;

    private final SeededRandom random = SeededRandom.create();
    private final ModelDevice model = ModelDevice.of(random.bytes(SIZE));
    private final TestBuffers buffers = new TestBuffers();

    @AfterEach
    void nothingIsHeld() {
        buffers.assertNothingHeld();
    }

    private AlignedSource source(int minimum, long maximum) {
        DeviceInfo info = model.info().with().blockSizes(new BlockSizes(minimum, Math.max(512, minimum), maximum)).build();
        return new AlignedSource(model.with(info), buffers);
    }

    private byte[] read(AlignedSource source, int offset, int length) throws Exception {
        RecordingReply reply = new RecordingReply(length);
        source.read(offset, length, reply);
        return reply.finish();
    }

    @Test
    void aDeviceWithoutWishesGetsTheRequestAsItIs() throws Exception {
        AlignedSource source = new AlignedSource(model, buffers);
        read(source, 3, 999);
        assertEquals(List.of("read 3 999"), model.takeCalls());
    }

    @Test
    void aRequestIsWidenedAtBothEndsOnly() throws Exception {
        read(source(512, BlockSizes.UNLIMITED), 500, 1100);
        assertEquals(List.of("read 0 512", "read 512 1024", "read 1536 512"), model.takeCalls());
    }

    @Test
    void aRequestInsideOfOneBlockIsReadOnce() throws Exception {
        read(source(4096, BlockSizes.UNLIMITED), 5000, 10);
        assertEquals(List.of("read 4096 4096"), model.takeCalls());
    }

    @Test
    void aLargeRequestIsSplit() throws Exception {
        read(source(512, 4096), 512, 9000);
        assertEquals(List.of("read 512 4096", "read 4608 4096", "read 8704 512", "read 9216 512"), model.takeCalls());
    }

    @Test
    void theEndOfTheDeviceNeedsNoWideningBehindIt() throws Exception {
        read(source(4096, BlockSizes.UNLIMITED), 16384, SIZE - 16384);
        read(source(4096, BlockSizes.UNLIMITED), SIZE - 1, 1);
        assertEquals(List.of("read 16384 3616", "read 16384 3616"), model.takeCalls());
    }

    @Test
    void everyRangeReadsAsItIs() throws Exception {
        AlignedSource source = source(1024, 2048);
        for (int i = 0; i < 500; i++) {
            int from = random.nextInt(SIZE);
            int length = 1 + random.nextInt(SIZE - from);
            assertArrayEquals(Arrays.copyOfRange(model.contents(), from, from + length), read(source, from, length), random.toString());
        }
    }

    @Test
    void hintsAndQuestionsAreWidened() throws Exception {
        AlignedSource source = source(4096, BlockSizes.UNLIMITED);
        source.cache(5000, 10);
        source.cache(SIZE - 1, 1);
        RecordingSink sink = new RecordingSink(5000, 10, SIZE, false);
        source.status(MetaContext.BASE_ALLOCATION, 5000, 10, Flags.NONE, sink);
        sink.assertCovered();
        assertEquals(List.of("cache 4096 4096", "cache 16384 3616", "status 4096 4096"), model.takeCalls());
    }

    @Test
    void aHintIsDroppedWhereTheDeviceWantsNone() throws Exception {
        model.with(model.info().with().cache(Support.NONE).build());
        new AlignedSource(model, buffers).cache(0, 100);
        assertEquals(List.of(), model.takeCalls());
    }
}
