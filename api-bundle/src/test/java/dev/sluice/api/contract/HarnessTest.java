package dev.sluice.api.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.Help;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Support;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What checks others must itself find what is wrong. */
class HarnessTest {
    @TempDir
    private Path directory;

    @Help("passes everything")
    private static class Pass implements NbdFilter {
        @Override
        public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
            return new ForwardingDevice(next.open(request));
        }
    }

    @Parameter(name = "a", aliases = "b", type = ParameterType.SIZE, defaultValue = "1k", help = "a")
    @Parameter(name = "c", choices = {"x", "y"}, required = true, help = "c")
    @Parameter(name = "d", help = "d")
    private static final class Documented {
    }

    private Connection connect(DeviceInfo info) throws Exception {
        ModelDevice model = ModelDevice.of(new byte[100]);
        return LayerHarness.filter(Pass::new, "pass", List.of(), directory, info == null ? model : model.with(info)).start().connect();
    }

    @Test
    void aReplyThatIsNotCoveredIsFound() {
        RecordingReply reply = new RecordingReply(10);
        reply.zeroes(9);
        assertThrows(AssertionError.class, reply::finish);
    }

    @Test
    void aBufferThatIsNotFilledIsFound() {
        RecordingReply reply = new RecordingReply(10);
        reply.buffer(5).put(new byte[4]);
        assertEquals(6, reply.remaining());
        assertThrows(AssertionError.class, () -> reply.zeroes(5));
    }

    @Test
    void aReplyOfAllKindsOfPiecesIsAssembledInOrder() throws Exception {
        TestContext context = new TestContext(directory);
        Path path = Files.write(directory.resolve("f"), new byte[] {1, 2, 3, 4});
        RecordingReply reply = new RecordingReply(8);
        try (Lease lease = context.buffers().zeroed(4); var file = context.files().open(path, StandardOpenOption.READ)) {
            lease.memory().put(1, (byte) 9);
            reply.buffer(2).put((byte) 7).put((byte) 8);
            reply.zeroes(1);
            reply.lease(lease, 1, 2);
            reply.file(file, 1, 3);
        }
        assertEquals(1, context.buffers().open());
        assertArrayEquals(new byte[] {7, 8, 0, 9, 0, 2, 3, 4}, reply.finish());
        context.assertNothingHeld();
    }

    @Test
    void aReplyIsRewoundToWhereAPieceBegan() throws Exception {
        RecordingReply reply = new RecordingReply(3);
        reply.buffer(1).put((byte) 1);
        int mark = reply.remaining();
        reply.buffer(2).put((byte) 2);
        reply.rewind(mark);
        assertEquals(mark, reply.remaining());
        reply.zeroes(2);
        assertArrayEquals(new byte[] {1, 0, 0}, reply.finish());
    }

    @Test
    void aReplyThatIsUsedTooLateIsFound() throws Exception {
        RecordingReply reply = new RecordingReply(1);
        reply.zeroes(1);
        reply.finish();
        assertThrows(AssertionError.class, () -> reply.zeroes(1));
    }

    @Test
    void extentsWithAGapOrALateStartAreFound() {
        RecordingSink gap = new RecordingSink(0, 10, 100, false);
        gap.extent(0, 5, 0);
        assertThrows(AssertionError.class, () -> gap.extent(6, 1, 0));
        assertThrows(AssertionError.class, () -> new RecordingSink(5, 10, 100, false).extent(6, 1, 0));
        assertThrows(AssertionError.class, () -> new RecordingSink(5, 10, 100, false).assertCovered());
    }

    @Test
    void extentsAreMergedAndCut() {
        RecordingSink sink = new RecordingSink(5, 10, 20, false);
        assertTrue(sink.extent(0, 7, 1));
        assertTrue(sink.extent(7, 3, 1));
        assertFalse(sink.extent(10, 50, 2));
        assertEquals(List.of(new RecordingSink.Extent(5, 5, 1), new RecordingSink.Extent(10, 10, 2)), sink.extents());
    }

    @Test
    void aLeaseThatIsKeptIsFoundWithItsTaker() {
        TestBuffers buffers = new TestBuffers();
        Lease lease = buffers.lease(10);
        AssertionError e = assertThrows(AssertionError.class, buffers::assertNothingHeld);
        assertEquals("taken", e.getCause().getMessage());
        lease.close();
        buffers.assertNothingHeld();
        assertThrows(IllegalStateException.class, lease::memory);
    }

    @Test
    void aFilterThatReachesBehindTheEndIsFound() throws Exception {
        Connection c = connect(null);
        assertThrows(AssertionError.class, () -> c.read(99, 2));
        assertThrows(AssertionError.class, () -> c.device().cache(0, 0));
    }

    @Test
    void aFilterThatUsesWhatIsNotOfferedIsFound() throws Exception {
        Connection c = connect(DeviceInfo.readOnly(100).build());
        assertThrows(AssertionError.class, () -> c.write(0, new byte[1], Flags.NONE));
        assertThrows(AssertionError.class, () -> c.device().flush());
        assertThrows(AssertionError.class, () -> c.device().trim(0, 1, Flags.NONE));
        assertThrows(AssertionError.class, () -> c.device().zero(0, 1, Flags.NONE));
        assertThrows(AssertionError.class, () -> c.device().cache(0, 1));
    }

    @Test
    void whatIsEmulatedReachesTheModelAsTheCoreWouldDoIt() throws Exception {
        ModelDevice model = ModelDevice.of(new byte[100]);
        model.with(DeviceInfo.writable(100).flush(true).fua(Support.EMULATE).build());
        Connection c = LayerHarness.filter(Pass::new, "pass", List.of(), directory, model).start().connect();
        c.device().write(0, ByteBuffer.wrap(new byte[3]), Flags.of(Flags.FUA));
        c.device().zero(3, 4, Flags.of(Flags.FUA | Flags.MAY_TRIM));
        assertThrows(NbdException.class, () -> c.device().zero(3, 4, Flags.of(Flags.FAST_ZERO)));
        assertEquals(List.of("write 0 3", "flush", "write 3 4", "flush"), model.takeCalls());
    }

    @Test
    void aRequestBeforePrepareOrAfterCloseIsFound() throws Exception {
        LayerHarness early = LayerHarness.filter(() -> new Pass() {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                NbdDevice behind = next.open(request);
                behind.info();
                return behind;
            }
        }, "pass", List.of(), directory, ModelDevice.of(new byte[1])).start();
        assertThrows(AssertionError.class, early::connect);
        Connection c = connect(null);
        c.disconnect();
        assertThrows(AssertionError.class, () -> c.read(0, 1));
    }

    @Test
    void tasksRunWhenTheirTimeHasCome() throws Exception {
        TestContext context = new TestContext(directory);
        List<String> ran = new ArrayList<>();
        context.tasks().submit(() -> ran.add("now"));
        context.tasks().after(Duration.ofSeconds(2), () -> ran.add("later"));
        var often = context.tasks().every(Duration.ofSeconds(1), () -> ran.add("often"));
        context.tasks().runDue();
        context.clock().advance(Duration.ofSeconds(1));
        context.tasks().runDue();
        context.clock().advance(Duration.ofSeconds(1));
        context.tasks().runDue();
        often.cancel();
        context.clock().advance(Duration.ofSeconds(9));
        context.tasks().runDue();
        assertEquals(List.of("now", "often", "later", "often"), ran);
        assertEquals(0, context.tasks().waiting());
    }

    @Test
    void aSleepTakesNoTimeButThatOfTheClock() throws Exception {
        TestContext context = new TestContext(directory);
        long before = context.clock().getAsLong();
        context.cancellation().sleep(Duration.ofDays(1));
        assertEquals(Duration.ofDays(1).toNanos(), context.clock().getAsLong() - before);
        context.cancellation().cancel("over");
        assertThrows(NbdException.class, () -> context.cancellation().sleep(Duration.ofDays(1)));
    }

    @Test
    void aReadmeThatDiffersIsFound() throws Exception {
        String good = "## Synopsis\n## Description\n## Parameters\n\n| P | T | D | M |\n| --- | --- | --- | --- |\n"
                + "| `a=` `b=` | size | `1k` | x |\n| `c` | `x` or `y` | required | x |\n| `d=` | string | none | x |\n"
                + "| any other | string | | x |\n\n## Limits\n## See also\n";
        check(good);
        List<String> bad = List.of(good.replace("| `d=` | string | none | x |\n", ""), good.replace("`1k`", "`2k`"),
                good.replace("`a=` `b=`", "`a=`"), good.replace("| size |", "| string |"), good.replace("required", "none"),
                good.replace("any other", "`e=`"), good.replace("## Limits\n", ""), good.replace("`x` or `y`", "`x`"));
        for (String text : bad) {
            assertThrows(AssertionError.class, () -> check(text), text);
        }
    }

    private void check(String readme) throws IOException {
        ReadmeContract.check(Documented.class, Files.writeString(directory.resolve("README.md"), readme));
    }
}
