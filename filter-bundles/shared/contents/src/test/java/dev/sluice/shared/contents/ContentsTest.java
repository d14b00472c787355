package dev.sluice.shared.contents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;
import dev.sluice.api.contract.ManualCancellation;
import dev.sluice.api.contract.ManualClock;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestBuffers;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContentsTest {
    private static final int SIZE = (3 << 20) + 5;

    private final SeededRandom random = SeededRandom.create();
    private final byte[] bytes = new byte[SIZE];
    private final TestBuffers buffers = new TestBuffers();
    private final ManualCancellation cancellation = new ManualCancellation(new ManualClock());

    @AfterEach
    void nothingIsHeld() {
        buffers.assertNothingHeld();
    }

    private Contents of(ModelDevice model) {
        return new Contents(model, buffers, cancellation);
    }

    private Contents filled() {
        byte[] filled = random.bytes(SIZE);
        System.arraycopy(filled, 0, bytes, 0, SIZE);
        return of(ModelDevice.of(bytes));
    }

    private static ModelDevice withoutExtents(byte[] contents) {
        ModelDevice model = ModelDevice.of(contents);
        return model.with(model.info().with().extents(false).build());
    }

    private long difference(Contents contents, int from, int to, int changed) throws IOException {
        byte[] data = Arrays.copyOfRange(bytes, from, to);
        if (changed >= 0) {
            data[changed - from] ^= 1;
        }
        ByteBuffer buffer = ByteBuffer.allocate(data.length + 7).position(7).put(data).position(7);
        long found = contents.firstDifference(from, buffer);
        assertEquals(7, buffer.position());
        assertEquals(data.length + 7, buffer.limit());
        return found;
    }

    @Test
    void theSameBytesHaveNoDifference() throws Exception {
        Contents contents = filled();
        assertEquals(Contents.SAME, difference(contents, 0, SIZE, -1), random.toString());
        assertEquals(Contents.SAME, difference(contents, SIZE - 1, SIZE, -1), random.toString());
        assertEquals(Contents.SAME, difference(contents, 5, 5, -1), random.toString());
    }

    @Test
    void theFirstDifferenceIsFoundWhereverItIs() throws Exception {
        Contents contents = filled();
        for (int at : new int[] {3, 4, (256 << 10) + 2, (256 << 10) + 3, (1 << 20) + 17, SIZE - 1}) {
            assertEquals(at, difference(contents, 3, SIZE, at), random.toString());
        }
    }

    @Test
    void aRangeThatIsReportedAsZeroIsNotRead() throws Exception {
        ModelDevice model = ModelDevice.of(bytes);
        assertEquals(Contents.SAME, of(model).firstNonZero(1, SIZE - 2));
        assertEquals(List.of("status 1 " + (SIZE - 2)), model.takeCalls());
    }

    @Test
    void onlyWhatIsNotReportedAsZeroIsRead() throws Exception {
        bytes[2 * ModelDevice.BLOCK] = 1;
        ModelDevice model = ModelDevice.of(bytes);
        assertEquals(Contents.SAME, of(model).firstNonZero(2 * ModelDevice.BLOCK + 1, SIZE / 2));
        assertEquals(List.of("status 8193 " + SIZE / 2, "read 8193 4095"), model.takeCalls());
    }

    @Test
    void withoutExtentsEverythingIsRead() throws Exception {
        ModelDevice model = withoutExtents(bytes);
        assertEquals(Contents.SAME, of(model).firstNonZero(1, 300_000));
        assertEquals(List.of("read 1 262144", "read 262145 37856"), model.takeCalls());
    }

    @Test
    void theFirstByteThatIsNotZeroIsFound() throws Exception {
        for (int at : new int[] {0, 1, 4095, 4096, (1 << 20) + 1, SIZE - 1}) {
            Arrays.fill(bytes, (byte) 0);
            bytes[at] = 1;
            bytes[SIZE - 1] = 1;
            assertEquals(at, of(ModelDevice.of(bytes)).firstNonZero(0, SIZE));
            assertEquals(at, of(withoutExtents(bytes)).firstNonZero(0, SIZE));
        }
    }

    @Test
    void bytesOutsideOfTheRangeDoNotMatter() throws Exception {
        bytes[99] = 1;
        bytes[200] = 1;
        assertEquals(Contents.SAME, of(ModelDevice.of(bytes)).firstNonZero(100, 100));
        assertEquals(Contents.SAME, of(withoutExtents(bytes)).firstNonZero(100, 100));
        assertEquals(200, of(ModelDevice.of(bytes)).firstNonZero(100, 101));
    }

    @Test
    void moreExtentsThanAreKeptAreTakenInTurns() throws Exception {
        int pairs = 600;
        byte[] many = new byte[pairs * 2 * ModelDevice.BLOCK];
        many[many.length - 1] = 1;
        ModelDevice model = ModelDevice.of(many);
        // every second block is reported as data, though only the last byte is not zero
        NbdDevice striped = new ForwardingDevice(model) {
            @Override
            public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
                long at = offset / ModelDevice.BLOCK * ModelDevice.BLOCK;
                boolean more = true;
                while (more && at < offset + length) {
                    more = sink.extent(at, ModelDevice.BLOCK, at / ModelDevice.BLOCK % 2 == 0 ? MetaContext.ZERO : 0);
                    at += ModelDevice.BLOCK;
                }
            }
        };
        assertEquals(many.length - 1, new Contents(striped, buffers, cancellation).firstNonZero(0, many.length));
        assertEquals(pairs, model.takeCalls().stream().filter(c -> c.startsWith("read")).count());
        assertEquals(Contents.SAME, new Contents(striped, buffers, cancellation).firstNonZero(0, many.length - 1));
    }

    @Test
    void anErrorOfTheDeviceIsPassedOn() {
        ModelDevice model = ModelDevice.of(bytes);
        model.failWith(NbdError.ENOMEM);
        assertEquals(NbdError.ENOMEM, assertThrows(NbdException.class, () -> of(model).firstNonZero(0, 10)).error());
        assertEquals(NbdError.ENOMEM,
                assertThrows(NbdException.class, () -> of(model).firstDifference(0, ByteBuffer.allocate(10))).error());
    }

    @Test
    void aLongComparisonEndsWhenItIsCancelled() {
        cancellation.cancel("stop");
        Contents contents = of(withoutExtents(bytes));
        assertEquals(NbdError.ESHUTDOWN, assertThrows(NbdException.class, () -> contents.firstNonZero(0, SIZE)).error());
        assertEquals(NbdError.ESHUTDOWN,
                assertThrows(NbdException.class, () -> contents.firstDifference(0, ByteBuffer.allocate(10))).error());
    }
}
