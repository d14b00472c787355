package dev.sluice.plugin.full;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

class FullPluginTest extends PluginContract {
    private static final int SIZE = 100_001;

    @Override
    protected NbdPlugin newKind() {
        return new FullPlugin();
    }

    @Override
    protected String kindName() {
        return "full";
    }

    @Override
    protected List<String> words() {
        return List.of(Integer.toString(SIZE));
    }

    @Override
    protected byte[] expected(Connection connection) {
        return new byte[SIZE];
    }

    @Override
    protected boolean keepsWrites() {
        return false;
    }

    @Test
    void theSizeIsRequired() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of()));
        assertTrue(e.getMessage().contains("size"), e.getMessage());
    }

    @Test
    void aWriteFindsNoSpace() throws Exception {
        Connection c = start().connect();
        NbdException e = assertThrows(NbdException.class, () -> c.write(0, new byte[] {1}, Flags.NONE));
        assertEquals(NbdError.ENOSPC, e.error());
        assertArrayEquals(new byte[1], c.read(0, 1));
    }

    @Test
    void evenZeroesFindNoSpace() throws Exception {
        Connection c = start().connect();
        assertEquals(NbdError.ENOSPC, assertThrows(NbdException.class, () -> c.write(0, new byte[512], Flags.NONE)).error());
    }

    @Test
    void aTrimFindsNoSpace() throws Exception {
        Connection c = start().connect();
        assertEquals(NbdError.ENOSPC, assertThrows(NbdException.class, () -> c.device().trim(0, 1, Flags.NONE)).error());
    }

    @Test
    void theWholeDiskIsOneHole() throws Exception {
        Connection c = start().connect();
        assertEquals(List.of(new RecordingSink.Extent(5, SIZE - 5, MetaContext.HOLE | MetaContext.ZERO)), c.status(5, 10, Flags.NONE));
        assertEquals(List.of(RecordingReply.Kind.ZEROES), c.readReply(0, SIZE).kinds());
    }

    @Test
    void zeroingIsEmulatedAndThereIsNothingToFlush() throws Exception {
        var info = start().connect().info();
        assertTrue(info.isWritable() && info.canTrim() && info.canFastZero() && info.multiConn());
        assertEquals(List.of(Support.EMULATE, Support.NONE, Support.NATIVE), List.of(info.zero(), info.fua(), info.cache()));
        assertFalse(info.canFlush());
    }

    @Test
    void openedReadOnlyItOffersNoWrites() throws Exception {
        var h = start();
        var info = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info();
        assertFalse(info.isWritable() || info.canTrim());
        assertEquals(Support.NONE, info.zero());
    }
}
