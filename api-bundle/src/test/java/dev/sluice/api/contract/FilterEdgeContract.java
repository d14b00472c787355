package dev.sluice.api.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.Support;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A filter at its edges: disks of all sizes behind it, failures in the middle of what it makes of one request, clients that
 * go while it works.
 */
public abstract class FilterEdgeContract extends DeviceContract {
    private static final int FAILURES = 12;
    private static final int[] SIZES = {0, 1, 2, 511, 512, 513, 4095, 4096, 4097, 65_535, 65_537};

    @Override
    protected abstract NbdFilter newKind();

    /** What stands behind the filter in this test. */
    protected abstract ModelDevice model();

    /** What these bytes of the model read as through the filter. */
    protected abstract byte[] through(byte[] behind);

    /** Whether an error of the device behind reaches the client as it is. */
    protected abstract boolean passesFailures();

    /** A started harness in front of another device. */
    private LayerHarness before(NbdDevice behind) throws Exception {
        return started(LayerHarness.filter(this::newKind, kindName(), words(), directory, behind));
    }

    /** A client of that device; none if the filter refuses it with a reason, as one that wants a larger disk does. */
    private static Optional<Connection> connected(LayerHarness harness) {
        try {
            return Optional.of(harness.connect());
        } catch (IOException | ConfigException e) {
            assertTrue(e.getMessage() != null && !e.getMessage().isBlank(), () -> "refused without a reason: " + e);
            return Optional.empty();
        }
    }

    @Test
    void aDiskOfAnySizeIsServedOrRefusedWithAReason() throws Exception {
        for (int size : SIZES) {
            ModelDevice model = ModelDevice.random(size, random);
            Optional<Connection> open = connected(before(model));
            if (open.isPresent()) {
                behaves(open.get(), model, "a disk of " + size + " bytes, " + random);
            }
        }
    }

    private void behaves(Connection c, ModelDevice model, String what) throws IOException {
        byte[] all = c.readAll();
        if (!overridesExpected()) {
            assertArrayEquals(through(model.contents()), all, what);
        }
        if (all.length == 0 || !c.info().isWritable() || !keepsWrites()) {
            return;
        }
        DeviceModel bytes = new DeviceModel(all);
        try {
            for (int i = 0; i < 50; i++) {
                step(c, bytes);
            }
        } catch (NbdException e) {
            // a part of the disk that the filter made up
            assertEquals(NbdError.ENOSPC, e.error(), what);
            return;
        }
        bytes.assertSame(c.readAll(), what);
    }

    /** Whether the subclass says in another way than by {@link #through} what clients read. */
    private boolean overridesExpected() {
        for (Class<?> k = getClass(); k != FilterContract.class; k = k.getSuperclass()) {
            if (Arrays.stream(k.getDeclaredMethods()).anyMatch(m -> m.getName().equals("expected"))) {
                return true;
            }
        }
        return false;
    }

    @Test
    void theEndOfTheLargestDiskCanBeReached() throws Exception {
        Optional<Connection> open = connected(before(new HugeDevice(Long.MAX_VALUE)));
        assumeTrue(open.isPresent(), "the filter refuses a disk of 2^63-1 bytes");
        Connection c = open.get();
        int n = Math.max(1, c.info().blockSizes().minimum());
        // a filter may serve something smaller
        int length = (int) Math.min(c.info().size() / n * n, Math.max(n, 5000 / n * n));
        long from = (c.info().size() - length) / n * n;
        assertEquals(length, c.read(from, length).length);
        if (c.info().extents()) {
            c.status(from, length, Flags.NONE);
            c.status(0, Math.min(1L << 30, c.info().size()), Flags.of(Flags.REQ_ONE));
        }
        if (c.info().cache() == Support.NATIVE) {
            hint(c, from, length);
        }
        if (c.info().isWritable() && keepsWrites()) {
            writeAtTheEnd(c, from, length);
        }
    }

    /** A filter that keeps what it is told to prefetch may have no room for it. */
    private static void hint(Connection c, long from, int length) throws IOException {
        try {
            c.device().cache(from, length);
        } catch (NbdException e) {
            assertEquals(NbdError.ENOSPC, e.error(), "only for lack of space");
        }
    }

    private void writeAtTheEnd(Connection c, long from, int length) throws IOException {
        byte[] bytes = random.bytes(length);
        try {
            c.write(from, bytes, Flags.NONE);
        } catch (NbdException e) {
            assertEquals(NbdError.ENOSPC, e.error(), "only for lack of space");
            return;
        }
        assertArrayEquals(bytes, c.read(from, length), random.toString());
        if (c.info().canTrim() && from > 1L << 30) {
            c.device().trim(from - (1L << 30), 1L << 30, Flags.NONE);
            assertArrayEquals(bytes, c.read(from, length), random.toString());
        }
        if (c.info().zero() == Support.NATIVE) {
            zero(c, from, length);
            assertArrayEquals(new byte[length], c.read(from, length), random.toString());
        }
    }

    /** Natively, or as the core does it instead. */
    private static void zero(Connection c, long from, int length) throws IOException {
        try {
            c.device().zero(from, length, Flags.of(Flags.MAY_TRIM));
        } catch (NbdException e) {
            assertEquals(NbdError.ENOTSUP, e.error());
            c.write(from, new byte[length], Flags.NONE);
        }
    }

    @Test
    void aFailureInTheMiddleOfARequestChangesNoByteBesideIt() throws Exception {
        Connection probe = start().connect();
        assumeTrue(passesFailures(), "the filter does not pass failures on");
        assumeTrue(probe.info().isWritable() && keepsWrites() && probe.info().size() > 20_000, "the device does not keep writes");
        probe.disconnect();
        for (int calls = 0; calls < FAILURES; calls++) {
            ModelDevice behind = ModelDevice.random(256 * 1024 + 1, random);
            Optional<Connection> open = connected(before(behind));
            if (open.isEmpty()) {
                return;
            }
            for (Change change : changes(open.get().info())) {
                failing(open.get(), behind, change, calls);
            }
        }
    }

    private List<Change> changes(DeviceInfo info) {
        int n = Math.max(1, info.blockSizes().minimum());
        int from = 3 * n;
        int length = Math.max(n, 9000 / n * n);
        byte[] bytes = random.bytes(length);
        Change write = new Change("write", from, bytes, c -> c.write(from, bytes, Flags.NONE));
        Change zero = new Change("zero", from, new byte[length], c -> c.device().zero(from, length, Flags.of(Flags.MAY_TRIM)));
        Change noHole = new Change("zero without a hole", from, new byte[length], c -> c.device().zero(from, length, Flags.NONE));
        return info.zero() == Support.NATIVE ? List.of(write, zero, write, noHole) : List.of(write);
    }

    /** The next calls behind succeed, and then none does until the request has failed or not. */
    private void failing(Connection c, ModelDevice behind, Change change, int calls) throws IOException {
        byte[] before = c.readAll();
        behind.failAfter(calls, NbdError.EIO);
        String what = change.what() + ", " + calls + " calls behind succeed, " + random;
        try {
            change.by().run(c);
        } catch (IOException e) {
            what += ": " + e.getMessage();
        }
        behind.failWith(null);
        byte[] after = c.readAll();
        for (int i = 0; i < after.length; i++) {
            boolean inside = i >= change.from() && i < change.from() + change.bytes().length;
            if (after[i] != before[i] && (!inside || after[i] != change.bytes()[i - change.from()])) {
                throw new AssertionError("byte " + i + (inside ? " is neither the old nor the new one: " : " was not written: ") + what);
            }
        }
        c.write(change.from(), change.bytes(), Flags.NONE);
        assertArrayEquals(change.bytes(), c.read(change.from(), change.bytes().length), what);
    }

    @Test
    void aClientThatGoesDuringItsFlushLeavesNothing() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        assumeTrue(c.info().canFlush() && c.info().isWritable() && keepsWrites() && c.info().size() > 0, "there is no flush");
        int length = Math.max(1, c.info().blockSizes().minimum());
        assumeTrue(length <= c.info().size(), "the device is shorter than a block");
        byte[] bytes = random.bytes(length);
        c.write(0, bytes, Flags.NONE);
        model().onFlush(() -> c.request().cancellation().cancel("the client has gone"));
        try {
            c.device().flush();
        } catch (IOException e) {
            assertTrue(e.getMessage() != null, "a flush that was given up says why");
        }
        model().onFlush(() -> { });
        // it has not said goodbye, so nothing is finished
        h.forget(c);
        c.close(false);
        h.connect().device().flush();
    }

    /**
     * A request.
     *
     * @param what it is
     * @param from where it begins
     * @param bytes what it leaves there
     * @param by how it is asked for
     */
    private record Change(String what, int from, byte[] bytes, Request by) {
    }

    /** Asks for something. */
    @FunctionalInterface
    private interface Request {
        void run(Connection c) throws IOException;
    }
}
