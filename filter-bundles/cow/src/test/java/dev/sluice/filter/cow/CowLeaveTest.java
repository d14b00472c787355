package dev.sluice.filter.cow;

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
import dev.sluice.api.contract.ModelDevice;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CowLeaveTest extends CowTestBase {
    private void leave(Connection c, boolean force) throws Exception {
        ((CowFilter) harness.layer()).leave(c.device(), force);
    }

    private byte[] change(Connection c) throws Exception {
        c.write(10, random.bytes(BLOCK), Flags.NONE);
        c.write(SIZE - 3, random.bytes(3), Flags.NONE);
        c.device().trim(4 * BLOCK, 2 * BLOCK, Flags.NONE);
        model.takeCalls();
        return c.readAll();
    }

    @Test
    void withoutChangesItMayLeave() throws Exception {
        Connection c = connect();
        c.readAll();
        leave(c, false);
    }

    @Test
    void withChangesItRefusesAndSaysHowMuchWouldBeLost() throws Exception {
        Connection c = connect();
        byte[] expected = change(c);
        var e = assertThrows(NbdException.class, () -> leave(c, false));
        assertEquals("cow holds changes of export '' (12K of data, 8K of zeroes); they would be lost. With force they are written "
                + "into the layer behind.", e.getMessage());
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void withForceChangesAreWrittenFlushedAndForgotten() throws Exception {
        Connection c = connect();
        byte[] expected = change(c);
        model.takeCalls();
        leave(c, true);
        assertEquals(List.of("write 0 8192", "zero 16384 8192 may_trim", "write 40960 100", "flush"), model.takeCalls());
        assertArrayEquals(expected, model.contents());
        assertArrayEquals(expected, c.readAll());
        leave(c, false);
        assertTrue(c.behind().get(1).isClosed());
    }

    @Test
    void aSecondClientOfTheSameExportHasNothingLeftToWrite() throws Exception {
        Connection c = connect();
        Connection other = harness.connect();
        byte[] expected = change(c);
        leave(c, true);
        model.takeCalls();
        leave(other, true);
        assertEquals(List.of(), model.takeCalls());
        assertArrayEquals(expected, other.readAll());
    }

    @Test
    void aReadOnlyLayerBehindCannotTakeThem() throws Exception {
        model.with(DeviceInfo.readOnly(SIZE).build());
        Connection c = connect();
        byte[] expected = change(c);
        var e = assertThrows(NbdException.class, () -> leave(c, true));
        assertEquals("cow can't commit the overlay of export '': the layer behind is read-only", e.getMessage());
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void aLayerBehindThatWantsLargerBlocksThanTheOverlayHasCannotTakeThem() throws Exception {
        model.with(model.info().with().blockSizes(new BlockSizes(8192, 8192, 65536)).build());
        Connection c = connect();
        change(c);
        var e = assertThrows(NbdException.class, () -> leave(c, true));
        assertEquals("cow can't commit the overlay of export '': the layer behind takes blocks of 8192 bytes, the overlay has blocks of "
                + "4096", e.getMessage());
    }

    @Test
    void anErrorInTheMiddleKeepsTheOverlay() throws Exception {
        Connection c = connect();
        byte[] expected = change(c);
        model.failWith(NbdError.ENOSPC);
        var e = assertThrows(NbdException.class, () -> leave(c, true));
        assertEquals(NbdError.ENOSPC, e.error());
        model.failWith(null);
        assertArrayEquals(expected, c.readAll());
        assertFalse(Arrays.equals(expected, model.contents()));
        leave(c, true);
        assertArrayEquals(expected, model.contents());
    }

    @Test
    void withoutZeroAndFlushZeroesAreWrittenInPiecesThatTheLayerTakes() throws Exception {
        ModelDevice plain = ModelDevice.of(random.bytes(SIZE));
        plain.with(DeviceInfo.writable(SIZE).zero(Support.NONE).fastZero(false).blockSizes(new BlockSizes(1, 4096, 4096)).build());
        Connection c = start(plain, "cow-block-size=4k").connect();
        c.device().trim(0, 2 * BLOCK, Flags.NONE);
        plain.takeCalls();
        leave(c, true);
        assertEquals(List.of("write 0 4096", "write 4096 4096"), plain.takeCalls());
        assertArrayEquals(new byte[2 * BLOCK], Arrays.copyOf(plain.contents(), 2 * BLOCK));
    }
}
