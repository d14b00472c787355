package dev.sluice.plugin.nulls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import java.util.List;
import org.junit.jupiter.api.Test;

class NullPluginTest extends PluginContract {
    private static final int SIZE = 100_001;

    @Override
    protected NbdPlugin newKind() {
        return new NullPlugin();
    }

    @Override
    protected String kindName() {
        return "null";
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
    void withoutSizeTheDiskIsEmpty() throws Exception {
        assertEquals(0, start(List.of()).connect().info().size());
    }

    @Test
    void theDiskMayBeAsLargeAsTheProtocolAllows() throws Exception {
        Connection c = start(List.of("size=9223372036854775807")).connect();
        assertArrayEquals(new byte[3], c.read(Long.MAX_VALUE - 3, 3));
    }

    @Test
    void whatIsWrittenIsGone() throws Exception {
        Connection c = start().connect();
        c.write(10, new byte[] {1, 2, 3}, Flags.of(Flags.FUA));
        c.device().trim(0, SIZE, Flags.NONE);
        c.device().zero(0, SIZE, Flags.of(Flags.FAST_ZERO));
        c.device().flush();
        assertArrayEquals(new byte[3], c.read(10, 3));
    }

    @Test
    void readsAreRunsOfZeroes() throws Exception {
        RecordingReply reply = new RecordingReply(SIZE);
        start().connect().device().read(0, SIZE, reply);
        assertEquals(List.of(RecordingReply.Kind.ZEROES), reply.kinds());
    }

    @Test
    void theWholeDiskIsOneHole() throws Exception {
        assertEquals(List.of(new RecordingSink.Extent(5, SIZE - 5, MetaContext.HOLE | MetaContext.ZERO)),
                start().connect().status(5, 10, Flags.NONE));
    }

    @Test
    void everyCapabilityIsThere() throws Exception {
        var info = start().connect().info();
        assertTrue(info.isWritable() && info.canFlush() && info.canTrim() && info.canFastZero() && info.extents() && info.multiConn());
        assertEquals(List.of(Support.NATIVE, Support.NATIVE, Support.NATIVE), List.of(info.zero(), info.fua(), info.cache()));
        assertFalse(info.rotational());
    }
}
