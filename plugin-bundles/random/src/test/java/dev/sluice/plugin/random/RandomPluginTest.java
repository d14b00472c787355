package dev.sluice.plugin.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import dev.sluice.shared.noise.Noise;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RandomPluginTest extends PluginContract {
    private static final int SIZE = 100_003;

    @Override
    protected NbdPlugin newKind() {
        return new RandomPlugin();
    }

    @Override
    protected String kindName() {
        return "random";
    }

    @Override
    protected List<String> words() {
        return List.of(Integer.toString(SIZE), "seed=42");
    }

    @Override
    protected byte[] expected(Connection connection) {
        ByteBuffer all = ByteBuffer.allocate(SIZE);
        new Noise(42).fill(0, SIZE, all);
        return all.array();
    }

    @Override
    protected boolean keepsWrites() {
        return false;
    }

    @Test
    void theSizeIsRequired() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("seed=1")));
        assertTrue(e.getMessage().contains("size"), e.getMessage());
    }

    @Test
    void aSeedThatIsNoneIsRefused() {
        for (String wrong : List.of("-1", "x", "9223372036854775808", "1k")) {
            ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("1M", "seed=" + wrong)));
            assertTrue(e.getMessage().contains("seed"), e.getMessage());
        }
    }

    @Test
    void withoutASeedEveryDiskIsAnotherOne() throws Exception {
        byte[] a = start(List.of("64")).connect().readAll();
        byte[] b = start(List.of("64")).connect().readAll();
        assertFalse(Arrays.equals(a, b));
    }

    @Test
    void withoutASeedTheBytesSurviveASwap() throws Exception {
        LayerHarness h = start(List.of("1000"));
        byte[] before = h.connect().readAll();
        assertArrayEquals(before, h.swap().get(0).readAll());
        h.rollBack();
        assertArrayEquals(before, h.connect().readAll());
        assertArrayEquals(before, h.rollBackLate().get(0).readAll());
    }

    @Test
    void aSwapToAnotherSeedChangesTheBytes() throws Exception {
        LayerHarness h = start(List.of("1000", "seed=1"));
        byte[] before = h.connect().readAll();
        assertNotEquals(Arrays.toString(before), Arrays.toString(h.swap(List.of("1000", "seed=2")).get(0).readAll()));
    }

    @Test
    void aForeignHandOverIsRefused() throws Exception {
        LayerHarness h = start();
        for (HandOver foreign : List.of(new HandOver("other", 1, Map.of()), new HandOver("dev.sluice.plugin.random", 2, Map.of()))) {
            ConfigException e = assertThrows(ConfigException.class, () -> h.layer().adopt(foreign));
            assertTrue(e.getMessage().contains("dev.sluice.plugin.random"), e.getMessage());
        }
    }

    @Test
    void theSameBytesMayBeWritten() throws Exception {
        Connection c = start().connect();
        for (int from : new int[] {0, 1, 7, 4095}) {
            c.write(from, c.read(from, 1000), Flags.NONE);
        }
    }

    @Test
    void otherBytesAreAnError() throws Exception {
        Connection c = start().connect();
        byte[] bytes = c.read(3, 1000);
        bytes[999]++;
        NbdException e = assertThrows(NbdException.class, () -> c.write(3, bytes, Flags.NONE));
        assertEquals(NbdError.EIO, e.error());
        assertArrayEquals(expected(c), c.readAll());
    }

    @Test
    void nothingCanBeTrimmedOrZeroed() throws Exception {
        Connection c = start().connect();
        assertEquals(NbdError.EIO, assertThrows(NbdException.class, () -> c.device().trim(0, 1, Flags.NONE)).error());
        assertEquals(NbdError.EIO, assertThrows(NbdException.class, () -> c.device().zero(0, SIZE, Flags.NONE)).error());
    }

    @Test
    void theDiskMayBeAsLargeAsTheProtocolAllows() throws Exception {
        Connection c = start(List.of("9223372036854775807", "seed=0")).connect();
        assertEquals(new Noise(0).byteAt(Long.MAX_VALUE - 1), c.read(Long.MAX_VALUE - 1, 1)[0]);
    }

    @Test
    void thereIsNothingToFlushAndNoFastZero() throws Exception {
        DeviceInfo info = start().connect().info();
        assertTrue(info.isWritable() && info.canTrim() && info.multiConn());
        assertFalse(info.canFlush() || info.canFastZero() || info.extents());
        assertEquals(List.of(Support.NATIVE, Support.NONE, Support.NATIVE), List.of(info.zero(), info.fua(), info.cache()));
    }

    @Test
    void openedReadOnlyItOffersNoWrites() throws Exception {
        LayerHarness h = start();
        DeviceInfo info = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info();
        assertFalse(info.isWritable() || info.canTrim());
    }
}
