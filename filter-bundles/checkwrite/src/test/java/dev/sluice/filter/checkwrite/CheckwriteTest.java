package dev.sluice.filter.checkwrite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class CheckwriteTest {
    private static final int SIZE = 400_001;
    private static final int HOLE = 40 * ModelDevice.BLOCK;

    private final SeededRandom random = SeededRandom.create();
    private final byte[] bytes = bytes();
    private final ModelDevice model = ModelDevice.of(bytes);

    /** Random bytes none of which is zero, with a hole of two blocks. */
    private byte[] bytes() {
        byte[] all = random.bytes(SIZE);
        for (int i = 0; i < SIZE; i++) {
            all[i] |= 1;
        }
        Arrays.fill(all, HOLE, HOLE + 2 * ModelDevice.BLOCK, (byte) 0);
        return all;
    }

    private LayerHarness start() throws Exception {
        return LayerHarness.filter(CheckwriteFilter::new, "checkwrite", List.of(), Path.of("/"), model).start();
    }

    private Connection connect() throws Exception {
        Connection c = start().connect();
        model.takeCalls();
        return c;
    }

    private static void refused(String message, Executable request) {
        var e = assertThrows(NbdException.class, request);
        assertEquals(NbdError.EIO, e.error());
        assertEquals(message, e.getMessage());
    }

    @Test
    void everythingThatWritesIsOffered() throws Exception {
        model.with(DeviceInfo.readOnly(SIZE).build());
        assertEquals(DeviceInfo.writable(SIZE).flush(true).fua(Support.NATIVE).trim(true).zero(Support.NATIVE).fastZero(true)
                .multiConn(true).build(), connect().info());
    }

    @Test
    void cacheAndExtentsAreThoseOfTheLayerBehind() throws Exception {
        Connection c = connect();
        assertEquals(Support.NATIVE, c.info().cache());
        assertTrue(c.info().extents());
        assertEquals(3, c.status(0, SIZE, Flags.NONE).size());
    }

    @Test
    void theLayerBehindIsOpenedReadOnly() throws Exception {
        LayerHarness h = start();
        h.connect();
        assertTrue(h.next().requests().get(0).readOnly());
        assertFalse(h.connect(new TestOpenRequest(h.context(), "", false, new TestClient(2))).behind().get(0).info().isWritable());
    }

    @Test
    void theSameBytesMayBeWrittenAnywhere() throws Exception {
        Connection c = connect();
        c.write(0, bytes, Flags.of(Flags.FUA));
        c.write(0, Arrays.copyOf(bytes, 1), Flags.NONE);
        c.write(SIZE - 1, Arrays.copyOfRange(bytes, SIZE - 1, SIZE), Flags.NONE);
        c.write(HOLE - 3, Arrays.copyOfRange(bytes, HOLE - 3, HOLE + 100), Flags.NONE);
        assertArrayEquals(bytes, model.contents(), random.toString());
        assertTrue(model.takeCalls().stream().allMatch(call -> call.startsWith("read")));
    }

    @Test
    void oneOtherByteFailsTheWrite() throws Exception {
        Connection c = connect();
        for (int at : new int[] {7, 8, 300_000, SIZE - 1}) {
            byte[] data = Arrays.copyOfRange(bytes, 7, SIZE);
            data[at - 7] ^= 2;
            refused("what is written differs from what is there, first in byte " + at, () -> c.write(7, data, Flags.NONE));
        }
        assertArrayEquals(bytes, model.contents());
    }

    @Test
    void zeroesMayBeWrittenZeroedAndTrimmedWhereZeroesAre() throws Exception {
        Connection c = connect();
        int length = 2 * ModelDevice.BLOCK;
        c.write(HOLE, new byte[length], Flags.NONE);
        c.device().zero(HOLE, length, Flags.of(Flags.FUA | Flags.MAY_TRIM | Flags.FAST_ZERO));
        c.device().trim(HOLE + 1, length - 2, Flags.of(Flags.FUA));
    }

    @Test
    void zeroesAndTrimsFailWhereAByteIsNotZero() throws Exception {
        Connection c = connect();
        refused("what is zeroed differs from what is there, first in byte " + (HOLE - 1), () -> c.device().zero(HOLE - 1, 9, Flags.NONE));
        refused("what is trimmed differs from what is there, first in byte " + (HOLE + 2 * ModelDevice.BLOCK),
                () -> c.device().trim(HOLE, 2 * ModelDevice.BLOCK + 1, Flags.NONE));
        refused("what is zeroed differs from what is there, first in byte " + (SIZE - 1),
                () -> c.device().zero(SIZE - 1, 1, Flags.of(Flags.FAST_ZERO)));
    }

    @Test
    void zeroesThatAreNoHoleCountAsZeroes() throws Exception {
        model.with(model.info().with().extents(false).build());
        connect().device().zero(HOLE, 2 * ModelDevice.BLOCK, Flags.NONE);
    }

    @Test
    void aFlushDoesNothing() throws Exception {
        connect().device().flush();
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void anErrorOfTheReadIsTheErrorOfTheWrite() throws Exception {
        Connection c = connect();
        model.failWith(NbdError.ENOMEM);
        assertEquals(NbdError.ENOMEM, assertThrows(NbdException.class, () -> c.write(0, new byte[5], Flags.NONE)).error());
    }

    @Test
    void theBlockSizesOfTheLayerBehindAreKept() throws Exception {
        model.with(model.info().with().size(SIZE / 512 * 512).blockSizes(new BlockSizes(512, 512, 4096)).build());
        Connection c = connect();
        c.write(100, Arrays.copyOfRange(bytes, 100, 10_000), Flags.NONE);
        for (String call : model.takeCalls()) {
            String[] words = call.split(" ");
            assertEquals(0, Long.parseLong(words[1]) % 512, call);
            assertEquals(0, Long.parseLong(words[2]) % 512, call);
            assertTrue(Long.parseLong(words[2]) <= 4096, call);
        }
    }

    @Test
    void anEmptyDiskOpens() throws Exception {
        model.with(DeviceInfo.readOnly(0).build());
        assertEquals(0, connect().info().size());
    }
}
