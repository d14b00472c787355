package dev.sluice.plugin.example3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class Example3PluginTest extends PluginContract {
    private static final int SIZE = 300_001;

    @Override
    protected NbdPlugin newKind() {
        return new Example3Plugin();
    }

    @Override
    protected String kindName() {
        return "example3";
    }

    @Override
    protected List<String> words() {
        return List.of("size=" + SIZE);
    }

    @Override
    protected byte[] expected(Connection connection) {
        return new byte[SIZE];
    }

    /** What a client writes is its own, so one that comes after it has nothing to find: see the tests below. */
    @Override
    protected boolean survivesASwap() {
        return false;
    }

    @Test
    void theDiskOfAConnectedClientSurvivesAChange() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        c.write(0, new byte[] {1}, Flags.NONE);
        c = h.swap().get(0);
        c.write(1, new byte[] {2}, Flags.NONE);
        h.rollBack();
        c.write(2, new byte[] {3}, Flags.NONE);
        c = h.rollBackLate().get(0);
        assertArrayEquals(new byte[] {1, 2, 3, 0}, c.read(0, 4));
    }

    @Test
    void eachClientHasItsOwnDisk() throws Exception {
        LayerHarness h = start();
        Connection a = h.connect();
        Connection b = h.connect();
        a.write(0, new byte[] {1}, Flags.NONE);
        assertArrayEquals(new byte[] {1}, a.read(0, 1));
        assertArrayEquals(new byte[] {0}, b.read(0, 1));
        assertFalse(a.info().multiConn());
    }

    @Test
    void theDiskIsOf100MUnlessSaidOtherwise() throws Exception {
        assertEquals(100 << 20, start(List.of()).connect().info().size());
        assertEquals(0, start(List.of("size=0")).connect().info().size());
    }

    @Test
    void aSizeThatIsNoneOrTooLargeIsRefused() {
        assertEquals("example3: size=1073741825: at most 1G is possible",
                assertThrows(ConfigException.class, () -> start(List.of("size=1073741825"))).getMessage());
        assertTrue(assertThrows(ConfigException.class, () -> start(List.of("size=x"))).getMessage().contains("size"));
    }

    @Test
    void anotherSizeIsRefusedInAChange() throws Exception {
        LayerHarness h = start();
        h.connect();
        assertThrows(ConfigException.class, () -> h.swap(List.of("size=5")));
    }

    @Test
    void whatIsNotThereIsMadeByTheCore() throws Exception {
        DeviceInfo info = start().connect().info();
        assertEquals(List.of(Support.EMULATE, Support.EMULATE, Support.NONE), List.of(info.zero(), info.fua(), info.cache()));
        assertTrue(info.canFastZero() && !info.canTrim() && !info.extents());
    }
}
