package dev.sluice.plugin.sparserandom;

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
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SparseRandomPluginTest extends PluginContract {
    private static final int SIZE = (3 << 20) + 17;
    private static final int HOLE = MetaContext.HOLE | MetaContext.ZERO;

    @Override
    protected NbdPlugin newKind() {
        return new SparseRandomPlugin();
    }

    @Override
    protected String kindName() {
        return "sparse-random";
    }

    @Override
    protected List<String> words() {
        return List.of(Integer.toString(SIZE), "seed=1", "percent=40", "runlength=32k");
    }

    @Override
    protected boolean keepsWrites() {
        return false;
    }

    private Connection connect(String... words) throws Exception {
        return start(List.of(words)).connect();
    }

    @Test
    void theSizeIsRequired() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("seed=1")));
        assertTrue(e.getMessage().contains("size"), e.getMessage());
    }

    @Test
    void wrongNumbersAreRefused() {
        for (String wrong : List.of("seed=-1", "seed=x", "percent=101", "percent=-1", "percent=", "percent=x", "percent=NaN",
                "percent=100.001", "runlength=0", "runlength=-1", "runlength=x", "random-content=maybe")) {
            ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("1M", wrong)), wrong);
            assertTrue(e.getMessage().contains(wrong.substring(0, wrong.indexOf('='))), e.getMessage());
        }
    }

    @Test
    void percentMayHaveAFraction() throws Exception {
        connect("1M", "percent=12.5");
        connect("1M", "percent=100.0");
    }

    @Test
    void theExtentsAreExactlyTheRunsOfZeroes() throws Exception {
        Connection c = start().connect();
        byte[] all = c.readAll();
        List<RecordingSink.Extent> extents = c.status(0, SIZE, Flags.NONE);
        assertTrue(extents.size() > 10, extents.toString());
        for (RecordingSink.Extent e : extents) {
            boolean zero = true;
            for (int block = (int) e.offset(); block < Math.min(SIZE, e.end()); block += Runs.BLOCK) {
                zero &= all[block] == 0;
                assertEquals(e.status() == HOLE, all[block] == 0, () -> e.toString());
            }
            assertEquals(e.status() == HOLE, zero);
        }
    }

    @Test
    void aBlockRepeatsOneByteThatIsNotZero() throws Exception {
        byte[] all = connect("1M", "seed=3", "percent=100").readAll();
        for (int block = 0; block < all.length; block += Runs.BLOCK) {
            assertNotEquals(0, all[block]);
            for (int i = block; i < block + Runs.BLOCK; i++) {
                assertEquals(all[block], all[i], "byte " + i);
            }
        }
        assertTrue(Arrays.stream(new int[] {0, 1, 2, 3, 4, 5}).map(b -> all[b * Runs.BLOCK]).distinct().count() > 1);
    }

    @Test
    void withRandomContentTheBytesOfABlockDiffer() throws Exception {
        byte[] all = connect("1M", "seed=3", "percent=100", "random-content=true").readAll();
        boolean[] seen = new boolean[256];
        for (byte b : all) {
            seen[b & 0xff] = true;
        }
        for (boolean s : seen) {
            assertTrue(s);
        }
    }

    @Test
    void theContentDoesNotChangeWhereDataAre() throws Exception {
        Connection plain = connect("10M", "seed=3", "runlength=64k");
        Connection random = connect("10M", "seed=3", "runlength=64k", "random-content=true");
        assertEquals(plain.status(0, 10 << 20, Flags.NONE), random.status(0, 10 << 20, Flags.NONE));
    }

    @Test
    void noPercentIsOneHoleAndAllIsOneRunOfData() throws Exception {
        Connection none = connect("9223372036854775807", "percent=0");
        assertEquals(List.of(new RecordingSink.Extent(0, Long.MAX_VALUE, HOLE)), none.status(0, Long.MAX_VALUE, Flags.NONE));
        assertEquals(List.of(RecordingReply.Kind.ZEROES), none.readReply(12345, 1 << 20).kinds());
        none.device().trim(0, Long.MAX_VALUE, Flags.NONE);
        Connection all = connect("9223372036854775807", "percent=100");
        assertEquals(0, all.status(0, Long.MAX_VALUE, Flags.NONE).get(0).status());
    }

    @Test
    void longHolesInAReadAreNotMoved() throws Exception {
        Connection c = connect("64M", "seed=5", "percent=50", "runlength=1M");
        List<RecordingReply.Kind> kinds = c.readReply(0, 64 << 20).kinds();
        assertTrue(kinds.contains(RecordingReply.Kind.ZEROES) && kinds.contains(RecordingReply.Kind.BUFFER), kinds.toString());
    }

    @Test
    void theSameBytesMayBeWritten() throws Exception {
        for (String content : List.of("true", "false")) {
            Connection c = connect("1M", "seed=1", "percent=50", "runlength=8k", "random-content=" + content);
            for (int from : new int[] {0, 1, 5000, 500_000}) {
                c.write(from, c.read(from, 100_001), Flags.NONE);
            }
        }
    }

    @Test
    void otherBytesAreAnError() throws Exception {
        for (String content : List.of("true", "false")) {
            Connection c = connect("1M", "seed=1", "percent=50", "runlength=8k", "random-content=" + content);
            byte[] bytes = c.read(1, 100_001);
            for (int at : new int[] {0, 50_000, 100_000}) {
                bytes[at]++;
                assertEquals(NbdError.EIO, assertThrows(NbdException.class, () -> c.write(1, bytes, Flags.NONE)).error());
                bytes[at]--;
            }
        }
    }

    @Test
    void onlyHolesCanBeTrimmedAndZeroed() throws Exception {
        Connection c = start().connect();
        for (RecordingSink.Extent e : c.status(0, SIZE, Flags.NONE)) {
            long length = Math.min(SIZE, e.end()) - e.offset();
            if (e.status() == HOLE) {
                c.device().trim(e.offset(), length, Flags.NONE);
                c.device().zero(e.offset(), length, Flags.of(Flags.MAY_TRIM));
                if (e.offset() > 0) {
                    assertEquals(NbdError.EIO,
                            assertThrows(NbdException.class, () -> c.device().trim(e.offset() - 1, length, Flags.NONE)).error());
                }
            } else {
                assertEquals(NbdError.EIO, assertThrows(NbdException.class, () -> c.device().trim(e.offset(), length, Flags.NONE)).error());
                assertEquals(NbdError.EIO, assertThrows(NbdException.class, () -> c.device().zero(e.offset(), 1, Flags.NONE)).error());
            }
        }
    }

    @Test
    void withoutASeedEveryDiskIsAnotherOneAndSurvivesASwap() throws Exception {
        LayerHarness h = start(List.of("256k", "percent=100"));
        byte[] before = h.connect().readAll();
        assertFalse(Arrays.equals(before, connect("256k", "percent=100").readAll()));
        assertArrayEquals(before, h.swap().get(0).readAll());
        h.rollBack();
        assertArrayEquals(before, h.connect().readAll());
        assertArrayEquals(before, h.rollBackLate().get(0).readAll());
    }

    @Test
    void aForeignHandOverIsRefused() throws Exception {
        LayerHarness h = start();
        ConfigException e = assertThrows(ConfigException.class, () -> h.layer().adopt(new HandOver("other", 1, Map.of())));
        assertTrue(e.getMessage().contains("dev.sluice.plugin.sparse-random"), e.getMessage());
    }

    @Test
    void theCapabilitiesAreThoseOfNbdkit() throws Exception {
        DeviceInfo info = start().connect().info();
        assertTrue(info.isWritable() && info.canFlush() && info.canTrim() && info.extents() && info.multiConn());
        assertFalse(info.canFastZero() || info.rotational());
        assertEquals(List.of(Support.NATIVE, Support.EMULATE, Support.NATIVE), List.of(info.zero(), info.fua(), info.cache()));
    }

    @Test
    void openedReadOnlyItOffersNoWrites() throws Exception {
        LayerHarness h = start();
        DeviceInfo info = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info();
        assertFalse(info.isWritable() || info.canTrim());
    }
}
