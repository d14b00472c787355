package dev.sluice.api.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.ThreadModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What every device must do: the rules of {@link NbdDevice} as tests. Each request stays within what the device's info
 * allows, as the core guarantees, so kinds that lack an operation skip its tests.
 */
public abstract class DeviceContract extends LayerContract {
    /** Goes into the message of every assertion that depends on it. */
    protected final SeededRandom random = SeededRandom.create();

    /** What the device reads as at first; by default whatever it reads as, twice the same. */
    protected byte[] expected(Connection connection) throws IOException {
        return connection.readAll();
    }

    /** Whether a read gives what was written before; false for kinds that drop or refuse writes. */
    protected boolean keepsWrites() {
        return true;
    }

    /** Whether the contents are still there after the layer was replaced by a new object with the same words. */
    protected boolean survivesASwap() {
        return true;
    }

    private Connection connect() throws Exception {
        return start().connect();
    }

    private Connection writable() throws Exception {
        Connection c = connect();
        assumeTrue(c.info().isWritable() && keepsWrites(), "the device does not keep writes");
        assumeTrue(c.info().size() > 0, "the device is empty");
        return c;
    }

    @Test
    void theInfoIsConstant() throws Exception {
        Connection c = connect();
        DeviceInfo before = c.info();
        if (before.size() > 0) {
            c.read(0, granule(c));
        }
        assertEquals(before, c.device().info());
    }

    @Test
    void theCapabilitiesDoNotContradictEachOther() throws Exception {
        DeviceInfo info = connect().info();
        assertTrue(info.isWritable() || !info.canTrim() && info.zero() == Support.NONE, "trim or zero without write: " + info);
        assertTrue(!info.canFastZero() || info.zero() != Support.NONE, "fast zero without zero: " + info);
        assertTrue(info.fua() != Support.EMULATE || info.canFlush(), "emulated FUA without flush: " + info);
    }

    @Test
    void theContextsAreConstantAndDoNotRepeatTheBasicOne() throws Exception {
        NbdDevice device = connect().device();
        List<MetaContext> contexts = device.contexts();
        assertEquals(contexts, device.contexts());
        assertTrue(!contexts.contains(MetaContext.BASE_ALLOCATION), "base:allocation is always offered by the core");
    }

    @Test
    void theWholeDeviceReadsAsExpected() throws Exception {
        Connection c = connect();
        byte[] expected = expected(c);
        assertEquals(expected.length, c.info().size());
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void theFirstAndTheLastByteCanBeReadAlone() throws Exception {
        Connection c = connect();
        assumeTrue(c.info().size() > 0, "the device is empty");
        byte[] all = expected(c);
        int n = granule(c);
        int last = (all.length - 1) / n * n;
        assertArrayEquals(Arrays.copyOf(all, Math.min(n, all.length)), c.read(0, Math.min(n, all.length)));
        assertArrayEquals(Arrays.copyOfRange(all, last, all.length), c.read(last, all.length - last));
    }

    @Test
    void randomRangesReadAsTheWhole() throws Exception {
        Connection c = connect();
        assumeTrue(c.info().size() > 0, "the device is empty");
        byte[] all = expected(c);
        for (int i = 0; i < 200; i++) {
            int from = offset(c);
            int length = length(c, from, i % 2 == 0 ? 5000 : 200_000);
            assertArrayEquals(Arrays.copyOfRange(all, from, from + length), c.read(from, length), () -> from + "+" + length + " " + random);
        }
    }

    @Test
    void aWriteIsReadBackAndChangesNothingElse() throws Exception {
        Connection c = writable();
        DeviceModel model = new DeviceModel(c.readAll());
        int n = granule(c);
        int last = ((int) c.info().size() - 1) / n * n;
        for (int from : new int[] {0, last, last / 2 / n * n}) {
            byte[] bytes = random.bytes((int) Math.min(n, c.info().size() - from));
            c.write(from, bytes, Flags.NONE);
            model.write(from, bytes);
        }
        model.assertSame(c.readAll(), random.toString());
    }

    @Test
    void aWriteInPartsIsReadBackAndChangesNothingElse() throws Exception {
        Connection c = writable();
        NbdDevice device = c.device();
        assumeTrue(device.writesInParts(), "writes come whole");
        DeviceModel model = new DeviceModel(c.readAll());
        int n = granule(c);
        byte[] bytes = random.bytes((int) Math.min(c.info().size(), 700_000) / n * n);
        for (int at = 0; at < bytes.length;) {
            int length = Math.min(bytes.length - at, n * (1 + random.nextInt(Math.max(1, 100_000 / n))));
            ByteBuffer memory = random.nextInt(3) == 0 ? null : device.destination(at, length);
            if (memory == null) {
                device.write(at, ByteBuffer.wrap(bytes, at, length), Flags.NONE);
                at += length;
            } else {
                assertTrue(memory.hasRemaining() && memory.remaining() <= length && !memory.isReadOnly(), () -> "memory " + memory);
                // less than was asked for, as if no more had arrived
                int part = 1 + random.nextInt(memory.remaining());
                memory.put(bytes, at, part);
                at += part;
            }
        }
        model.write(0, bytes);
        model.assertSame(c.readAll(), random.toString());
    }

    @Test
    void aWriteMayComeFromAnArrayOrAReadOnlyBuffer() throws Exception {
        Connection c = writable();
        int length = (int) Math.min(c.info().size(), Math.max(granule(c), 1024));
        byte[] bytes = random.bytes(length);
        c.device().write(0, ByteBuffer.wrap(bytes).asReadOnlyBuffer(), Flags.NONE);
        assertArrayEquals(bytes, c.read(0, length), random.toString());
    }

    @Test
    void randomRequestsDoWhatAnArrayDoes() throws Exception {
        Connection c = writable();
        DeviceModel model = new DeviceModel(c.readAll());
        for (int i = 0; i < 400; i++) {
            step(c, model);
        }
        model.assertSame(c.readAll(), random.toString());
    }

    final void step(Connection c, DeviceModel model) throws IOException {
        DeviceInfo info = c.info();
        int from = offset(c);
        int length = length(c, from, random.nextInt(4) == 0 ? 150_000 : 6000);
        int fua = info.fua() == Support.NATIVE && random.nextBoolean() ? Flags.FUA : 0;
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                byte[] bytes = random.nextInt(4) == 0 ? new byte[length] : random.bytes(length);
                c.write(from, bytes, Flags.of(fua));
                model.write(from, bytes);
            }
            case 2 -> {
                if (info.zero() == Support.NATIVE) {
                    zero(c, model, from, length, Flags.of(fua | (random.nextBoolean() ? Flags.MAY_TRIM : 0)));
                }
            }
            case 3 -> {
                if (info.canTrim()) {
                    c.device().trim(from, length, Flags.of(fua));
                    model.trim(from, length);
                }
            }
            case 4 -> {
                if (info.canFlush()) {
                    c.device().flush();
                }
            }
            default -> {
                if (info.cache() == Support.NATIVE) {
                    c.device().cache(from, length);
                }
                model.assertSame(from, c.read(from, length), random.toString());
            }
        }
    }

    /** Zeroes natively, or as the core does it instead. */
    private static void zero(Connection c, DeviceModel model, int from, int length, Flags flags) throws IOException {
        try {
            c.device().zero(from, length, flags);
        } catch (NbdException e) {
            if (e.error() != NbdError.ENOTSUP) {
                throw e;
            }
            if (flags.fastZero()) {
                return;
            }
            c.write(from, new byte[length], flags.without(Flags.MAY_TRIM | Flags.FAST_ZERO));
        }
        model.write(from, new byte[length]);
    }

    @Test
    void zeroedBytesReadAsZeroWithEveryCombinationOfFlags() throws Exception {
        Connection c = writable();
        assumeTrue(c.info().zero() == Support.NATIVE, "the device has no zero of its own");
        DeviceModel model = new DeviceModel(c.readAll());
        for (int bits = 0; bits < 8; bits++) {
            if ((bits & Flags.FUA) != 0 && c.info().fua() != Support.NATIVE || (bits & Flags.FAST_ZERO) != 0 && !c.info().canFastZero()) {
                continue;
            }
            for (int most : new int[] {1, 5000, 150_000}) {
                int from = offset(c);
                int length = length(c, from, most);
                byte[] bytes = random.bytes(length);
                c.write(from, bytes, Flags.NONE);
                model.write(from, bytes);
                zero(c, model, from, length, Flags.of(bits));
                model.assertSame(c.readAll(), "zero " + from + "+" + length + " " + Flags.of(bits) + " " + random);
            }
        }
    }

    @Test
    void trimChangesNoOtherBytes() throws Exception {
        Connection c = writable();
        assumeTrue(c.info().canTrim(), "the device has no trim");
        DeviceModel model = new DeviceModel(c.readAll());
        for (int i = 0; i < 20; i++) {
            int from = offset(c);
            int length = length(c, from, 100_000);
            c.device().trim(from, length, Flags.NONE);
            model.trim(from, length);
        }
        model.assertSame(c.readAll(), random.toString());
        byte[] bytes = random.bytes(length(c, 0, 100_000));
        c.write(0, bytes, Flags.NONE);
        model.write(0, bytes);
        model.assertSame(c.readAll(), random.toString());
    }

    @Test
    void theStatusAgreesWithTheContents() throws Exception {
        Connection c = connect();
        assumeTrue(c.info().extents() && c.info().size() > 0, "the device does not know its extents");
        if (c.info().isWritable() && keepsWrites()) {
            DeviceModel model = new DeviceModel(c.readAll());
            for (int i = 0; i < 60; i++) {
                step(c, model);
            }
        }
        byte[] all = c.readAll();
        for (int i = 0; i < 100; i++) {
            int from = offset(c);
            int length = length(c, from, i % 2 == 0 ? 3 * granule(c) : all.length);
            Flags flags = i % 3 == 0 ? Flags.of(Flags.REQ_ONE) : Flags.NONE;
            for (RecordingSink.Extent e : c.status(from, length, flags)) {
                assertTrue(e.status() <= 3, () -> "base:allocation has two bits only: " + e);
                if ((e.status() & MetaContext.ZERO) != 0) {
                    for (long at = e.offset(); at < e.end(); at++) {
                        assertEquals(0, all[(int) at], "byte " + at + " of " + e + ", which reads as zero; " + random);
                    }
                }
            }
        }
    }

    @Test
    void severalClientsSeeTheSameBytesIfTheDeviceSaysSo() throws Exception {
        LayerHarness h = start();
        Connection a = h.connect();
        assumeTrue(a.info().multiConn() && a.info().isWritable() && keepsWrites() && a.info().size() > 0, "no multi-conn");
        assumeTrue(h.layer().threadModel() != ThreadModel.SERIALIZE_CONNECTIONS, "one client at a time");
        Connection b = h.connect();
        byte[] bytes = random.bytes(length(a, 0, 70_000));
        a.write(0, bytes, Flags.NONE);
        if (a.info().canFlush()) {
            a.device().flush();
        }
        assertArrayEquals(bytes, b.read(0, bytes.length), random.toString());
    }

    @Test
    void requestsOnDisjointRangesAtTheSameTimeDoNotDisturbEachOther() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        int threads = 4;
        int part = (int) Math.min(c.info().size(), 8 << 20) / threads / granule(c) * granule(c);
        assumeTrue(h.layer().threadModel() == ThreadModel.PARALLEL && part > 0, "one request at a time");
        boolean writes = c.info().isWritable() && keepsWrites();
        byte[] before = c.readAll();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Void>> ends = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                ends.add(pool.submit(worker(c, t * part, Arrays.copyOfRange(before, t * part, (t + 1) * part), writes)));
            }
            for (Future<Void> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void writesToTheSameBytesAtTheSameTimeLeaveThoseOfOneOfThem() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        int n = granule(c);
        int length = (int) Math.min(c.info().size(), 200_000) / n * n;
        assumeTrue(h.layer().threadModel() == ThreadModel.PARALLEL && length >= 4 * n, "one request at a time");
        assumeTrue(c.info().isWritable() && keepsWrites(), "the device does not keep writes");
        byte[] before = c.readAll();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Void>> ends = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int from = t * n;
                byte[] bytes = new byte[length - 4 * n];
                Arrays.fill(bytes, (byte) (t + 1));
                ends.add(pool.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        c.write(from, bytes, Flags.NONE);
                    }
                    return null;
                }));
            }
            for (Future<Void> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        byte[] after = c.readAll();
        for (int i = 0; i < after.length; i++) {
            boolean written = i < length - n;
            assertTrue(written ? after[i] >= 1 && after[i] <= 4 : after[i] == before[i], "byte " + i + " is " + after[i]);
        }
    }

    private Callable<Void> worker(Connection c, int base, byte[] contents, boolean writes) {
        SeededRandom own = new SeededRandom(random.nextLong());
        int n = granule(c);
        return () -> {
            DeviceModel model = new DeviceModel(contents);
            for (int i = 0; i < 100; i++) {
                int from = own.nextInt(contents.length / n) * n;
                int length = Math.min(contents.length - from, (1 + own.nextInt(3 * ModelDevice.BLOCK / n + 1)) * n);
                if (writes && own.nextBoolean()) {
                    byte[] bytes = own.bytes(length);
                    c.write(base + from, bytes, Flags.NONE);
                    model.write(from, bytes);
                } else {
                    model.assertSame(from, c.read(base + from, length), random.toString());
                }
            }
            return null;
        };
    }

    @Test
    void contentsAndInfoSurviveASwap() throws Exception {
        LayerHarness h = start();
        assumeTrue(survivesASwap(), "the contents do not outlive the layer");
        Connection c = h.connect();
        byte[] bytes = change(c);
        DeviceInfo info = c.info();
        Connection after = h.swap().get(0);
        assertNotEquals(c, after);
        assertEquals(info, after.info());
        assertArrayEquals(bytes, after.readAll(), random.toString());
        byte[] more = change(after);
        assertArrayEquals(more, h.swap().get(0).readAll(), random.toString());
    }

    @Test
    void aSwapThatIsRolledBackLeavesTheOldLayerAsItWas() throws Exception {
        LayerHarness h = start();
        assumeTrue(survivesASwap(), "the contents do not outlive the layer");
        Connection c = h.connect();
        byte[] bytes = change(c);
        h.rollBack();
        assertArrayEquals(bytes, c.readAll(), random.toString());
        byte[] more = change(c);
        assertArrayEquals(more, h.swap().get(0).readAll(), random.toString());
    }

    @Test
    void aSwapThatIsRolledBackLateGivesEverythingToTheOldLayerAgain() throws Exception {
        LayerHarness h = start();
        assumeTrue(survivesASwap(), "the contents do not outlive the layer");
        byte[] bytes = change(h.connect());
        Connection again = h.rollBackLate().get(0);
        assertArrayEquals(bytes, again.readAll(), random.toString());
        byte[] more = change(again);
        assertArrayEquals(more, h.swap().get(0).readAll(), random.toString());
    }

    @Test
    void aLayerWithoutClientsCanBeSwapped() throws Exception {
        LayerHarness h = start();
        assumeTrue(survivesASwap(), "the contents do not outlive the layer");
        Connection c = h.connect();
        byte[] bytes = change(c);
        c.disconnect();
        h.swap();
        assertArrayEquals(bytes, h.connect().readAll(), random.toString());
    }

    /** Changes the contents where that is possible, and says what they are. */
    private byte[] change(Connection c) throws IOException {
        byte[] all = c.readAll();
        if (c.info().isWritable() && keepsWrites() && all.length > 0) {
            DeviceModel model = new DeviceModel(all);
            for (int i = 0; i < 30; i++) {
                step(c, model);
            }
            all = c.readAll();
            model.assertSame(all, random.toString());
        }
        return all;
    }

    private int granule(Connection c) {
        return Math.max(1, c.info().blockSizes().minimum());
    }

    private int offset(Connection c) {
        int n = granule(c);
        return (int) random.below(Math.max(1, c.info().size() / n)) * n;
    }

    /** A length that fits behind an offset: odd, one byte, or as long as it may be. */
    private int length(Connection c, int from, int most) {
        int n = granule(c);
        long rest = c.info().size() - from;
        int wanted = (1 + random.nextInt(Math.max(1, most / n))) * n;
        return (int) Math.min(rest, wanted);
    }
}
