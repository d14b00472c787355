package dev.sluice.plugin.ones;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnesPluginTest extends PluginContract {
    private static final int SIZE = 100_003;

    @Override
    protected NbdPlugin newKind() {
        return new OnesPlugin();
    }

    @Override
    protected String kindName() {
        return "ones";
    }

    @Override
    protected List<String> words() {
        return List.of(Integer.toString(SIZE));
    }

    @Override
    protected byte[] expected(Connection connection) {
        byte[] all = new byte[SIZE];
        Arrays.fill(all, (byte) 0xff);
        return all;
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
        assertArrayEquals(new byte[] {-1, -1, -1}, c.read(Long.MAX_VALUE - 3, 3));
    }

    @Test
    void theByteCanBeChosen() throws Exception {
        assertArrayEquals(new byte[] {0x7e, 0x7e, 0x7e, 0x7e, 0x7e, 0x7e, 0x7e, 0x7e, 0x7e},
                start(List.of("9", "byte=0x7e")).connect().readAll());
        assertArrayEquals(new byte[] {10}, start(List.of("1", "byte=10")).connect().readAll());
        assertArrayEquals(new byte[] {8}, start(List.of("1", "byte=010")).connect().readAll());
    }

    @Test
    void aByteThatIsNoneIsRefused() {
        for (String wrong : List.of("256", "-1", "x", "")) {
            ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("1", "byte=" + wrong)));
            assertTrue(e.getMessage().contains("byte"), e.getMessage());
        }
    }

    @Test
    void whatIsWrittenOrZeroedIsGone() throws Exception {
        Connection c = start().connect();
        c.write(10, new byte[] {1, 2, 3}, Flags.of(Flags.FUA));
        c.device().trim(0, SIZE, Flags.NONE);
        c.device().zero(0, SIZE, Flags.of(Flags.FAST_ZERO));
        c.device().flush();
        assertArrayEquals(expected(c), c.readAll());
    }

    @Test
    void theWholeDiskIsData() throws Exception {
        assertEquals(List.of(new RecordingSink.Extent(5, SIZE - 5, 0)), start().connect().status(5, 10, Flags.NONE));
    }

    @Test
    void aDiskOfZeroesIsOneHole() throws Exception {
        Connection c = start(List.of("1M", "byte=0")).connect();
        assertEquals(List.of(new RecordingSink.Extent(0, 1 << 20, MetaContext.HOLE | MetaContext.ZERO)), c.status(0, 10, Flags.NONE));
        assertEquals(List.of(RecordingReply.Kind.ZEROES), c.readReply(7, 100).kinds());
    }

    @Test
    void everyCapabilityIsThere() throws Exception {
        var info = start().connect().info();
        assertTrue(info.isWritable() && info.canFlush() && info.canTrim() && info.canFastZero() && info.extents() && info.multiConn());
        assertEquals(List.of(Support.NATIVE, Support.NATIVE, Support.NATIVE), List.of(info.zero(), info.fua(), info.cache()));
        assertFalse(info.rotational());
    }

    @Test
    void openedReadOnlyItOffersNoWrites() throws Exception {
        var h = start();
        var info = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info();
        assertFalse(info.isWritable() || info.canTrim() || info.canFastZero());
    }
}
