package dev.sluice.filter.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatsTest {
    private final ModelDevice model = ModelDevice.of(new byte[1 << 20]);
    private final MBeanServer server = MBeanServerFactory.newMBeanServer();
    private final StatsLayers layers = new StatsLayers(server);
    private LayerHarness harness;
    @TempDir
    private Path directory;

    private LayerHarness start(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("statsfile=stats"));
        all.addAll(List.of(words));
        harness = LayerHarness.filter(() -> new StatsFilter(layers), "stats", all, directory, model).start();
        return harness;
    }

    @AfterEach
    void nothingStays() throws Exception {
        end();
        assertEquals(0, server.queryNames(new ObjectName("dev.sluice:*"), null).size());
        layers.close();
    }

    private void end() throws IOException {
        if (harness != null) {
            harness.close();
            harness.context().assertNothingHeld();
            harness = null;
        }
    }

    /** The file, after the layer has ended. */
    private List<String> file() throws IOException {
        end();
        return Files.readAllLines(directory.resolve("stats"));
    }

    private void pass(long millis) {
        harness.context().clock().advance(Duration.ofMillis(millis));
    }

    private static void manyReads(Connection c) throws IOException {
        for (int i = 1; i <= 20; i++) {
            c.read(4096 * i, 4096);
        }
    }

    @Test
    void withoutRequestsThereIsOneLine() throws Exception {
        start();
        pass(1500);
        assertEquals(List.of("total: 0 ops, 1.500000 s, 0 bytes, 0 bytes/s"), file());
    }

    @Test
    void eachOperationHasALine() throws Exception {
        Connection c = start("statsthreshold=0").connect();
        c.read(0, 1024);
        c.read(0, 1024);
        c.write(0, new byte[512], Flags.NONE);
        c.device().trim(0, 65536, Flags.NONE);
        c.device().zero(0, 4096, Flags.NONE);
        c.status(0, 1 << 20, Flags.NONE);
        c.device().cache(0, 100);
        c.device().flush();
        pass(2000);
        assertEquals(List.of(
                "total: 8 ops, 2.000000 s, 1.07 MiB, 547.30 KiB/s",
                "read: 2 ops, 0.000000 s, 2.00 KiB, (n/a)/s op, 1.00 KiB/s total",
                "write: 1 ops, 0.000000 s, 512 bytes, (n/a)/s op, 256 bytes/s total",
                "trim: 1 ops, 0.000000 s, 64.00 KiB, (n/a)/s op, 32.00 KiB/s total",
                "zero: 1 ops, 0.000000 s, 4.00 KiB, (n/a)/s op, 2.00 KiB/s total",
                "extents: 1 ops, 0.000000 s, 1.00 MiB, (n/a)/s op, 512.00 KiB/s total",
                "cache: 1 ops, 0.000000 s, 100 bytes, (n/a)/s op, 50 bytes/s total",
                "flush: 1 ops, 0.000000 s, 0 bytes, (n/a)/s op, 0 bytes/s total"), file());
    }

    @Test
    void requestsAreBrokenDownBySizeAndAlignment() throws Exception {
        manyReads(start().connect());
        pass(1000);
        assertEquals(List.of(
                "total: 20 ops, 1.000000 s, 80.00 KiB, 80.00 KiB/s",
                "read: 20 ops, 0.000000 s, 80.00 KiB, (n/a)/s op, 80.00 KiB/s total",
                "  Request size and alignment breakdown:",
                "    12 bits: 100.0% (20 reqs, 80.00 KiB total)",
                "         12 bit aligned: 100.0% (20)",
                "         13 bit aligned:  50.0% (10)",
                "         14 bit aligned:  25.0% (5)",
                "         15 bit aligned:  10.0% (2)",
                "         16 bit aligned:   5.0% (1)",
                ""), file());
    }

    @Test
    void sizesBeyondTheThresholdAreSummedUp() throws Exception {
        Connection c = start().connect();
        for (int i = 0; i < 100; i++) {
            c.read(4096 + 8192 * i, 4096);
        }
        c.read(4096, 16384);
        c.read(0, 65536);
        c.read(3, 512);
        pass(1000);
        assertEquals(List.of(
                "  Request size and alignment breakdown:",
                "    12 bits: 97.1% (100 reqs, 400.00 KiB total)",
                "         12 bit aligned: 100.0% (100)",
                "    other sizes:  2.9% (3 reqs, 80.50 KiB total)",
                ""), file().subList(2, 7));
    }

    @Test
    void alignmentsBeyondTheThresholdAreSummedUp() throws Exception {
        Connection c = start("statsthreshold=50").connect();
        for (int i = 1; i < 41; i++) {
            c.read(4096 << (i % 7), 4096);
        }
        assertEquals(List.of(
                "    12 bits: 100.0% (40 reqs, 160.00 KiB total)",
                "         12 bit aligned: 100.0% (40)",
                "         13 bit aligned:  87.5% (35)",
                "         14 bit aligned:  72.5% (29)",
                "         15 bit aligned:  57.5% (23)",
                "         16+ bit-aligned: 42.5% (17)"), file().subList(3, 9));
    }

    @Test
    void theStartOfTheDiskIsAlignedToEverything() throws Exception {
        Connection c = start().connect();
        c.read(0, 4096);
        c.read(4096, 4096);
        assertEquals("         12 bit aligned: 100.0% (2)", file().get(4));
    }

    @Test
    void failedRequestsAreNotInTheFile() throws Exception {
        Connection c = start().connect();
        model.failWith(NbdError.EIO);
        assertThrows(NbdException.class, () -> c.read(0, 512));
        assertTrue(layers.statsfilter().contains("read     0 requests, 1 failed"), layers.statsfilter());
        model.failWith(null);
        assertEquals(1, file().size());
    }

    @Test
    void latenciesAreInTheFileIfSaidSo() throws Exception {
        start("statslatency=true", "statsthreshold=0").connect().read(0, 1);
        assertEquals("  Latency: mean 0 ns, p50 0 ns, p90 0 ns, p99 0 ns, p99.9 0 ns, max 0 ns", file().get(2));
    }

    @Test
    void anOldFileIsReplaced() throws Exception {
        Files.writeString(directory.resolve("stats"), "old\nold\nold\nold\n".repeat(100));
        start();
        assertEquals(1, file().size());
    }

    @Test
    void anOldFileIsKeptIfSaidSo() throws Exception {
        Files.writeString(directory.resolve("stats"), "old\n");
        start("statsappend=1");
        assertEquals(List.of("old", "total: 0 ops, 0.000000 s, 0 bytes, (n/a)/s"), file());
    }

    @Test
    void aFileThatCannotBeOpenedIsNamed() {
        var e = assertThrows(ConfigException.class, () -> start("statsfile=none/stats"));
        assertEquals("stats: statsfile=" + directory.resolve("none/stats") + ": can't be opened: no such file or directory",
                e.getMessage());
        harness = null;
    }

    @Test
    void aFileMustBeNamed() {
        var e = assertThrows(ConfigException.class,
                () -> LayerHarness.filter(() -> new StatsFilter(layers), "stats", List.of(), directory, model).start());
        assertTrue(e.getMessage().contains("statsfile"), e.getMessage());
    }

    @Test
    void aThresholdIsAPercentage() {
        var e = assertThrows(ConfigException.class, () -> start("statsthreshold=101"));
        assertEquals("stats: statsthreshold=101: must lie between 0 and 100", e.getMessage());
        harness = null;
    }

    @Test
    void countsCanBeReadWhileTheyGrow() throws Exception {
        Connection c = start().connect();
        c.read(0, 2048);
        pass(2000);
        assertEquals("export *, for 2.0 s" + System.lineSeparator()
                + "  read     1 requests, 0 failed, 2.00 KiB, 1.00 KiB/s" + System.lineSeparator()
                + "           mean 0 ns, p50 0 ns, p90 0 ns, p99 0 ns, p99.9 0 ns, max 0 ns", layers.statsfilter());
        c.disconnect();
        assertTrue(layers.statsfilter("*").contains("read     1 requests"), "after the client has gone");
        assertEquals("no filter 'stats' in an export 'x'", layers.statsfilter("x"));
        end();
        assertEquals("no export has a filter 'stats'", layers.statsfilter());
        var e = assertThrows(IllegalArgumentException.class, () -> layers.statsfilter("a", "b"));
        assertEquals("usage: nbd:statsfilter [EXPORT]", e.getMessage());
    }

    @Test
    void countsCanBeReadByJmx() throws Exception {
        start().connect().read(0, 2048);
        pass(3000);
        ObjectName name = new ObjectName("dev.sluice:type=StatsFilter,export=\"\\*\",number=1");
        assertEquals("*", server.getAttribute(name, "Export"));
        assertEquals(3.0, server.getAttribute(name, "Seconds"));
        CompositeData read = ((CompositeData[]) server.getAttribute(name, "Operations"))[0];
        assertEquals("read", read.get("operation"));
        assertEquals(1L, read.get("requests"));
        assertEquals(2048L, read.get("bytes"));
        assertEquals(1, ((long[]) read.get("bucketCounts")).length);
        assertTrue(((String) server.getAttribute(name, "Text")).contains("read     1 requests"));
    }

    @Test
    void twoLayersOfOneExportAreBothShown() throws Exception {
        start();
        LayerHarness other = LayerHarness.filter(() -> new StatsFilter(layers), "stats", List.of("statsfile=other"), directory, model)
                .start();
        assertEquals(2, server.queryNames(new ObjectName("dev.sluice:*"), null).size());
        other.close();
    }

    @Test
    void aSwapGoesOnCounting() throws Exception {
        Connection c = start().connect();
        c.read(0, 512);
        pass(1000);
        for (int i = 0; i < 3; i++) {
            c = harness.swap().get(0);
            assertEquals(1, server.queryNames(new ObjectName("dev.sluice:*"), null).size());
        }
        c.read(0, 512);
        assertTrue(layers.statsfilter().contains("read     2 requests"), layers.statsfilter());
        assertEquals("total: 2 ops, 1.000000 s, 1.00 KiB, 1.00 KiB/s", file().get(0));
    }

    @Test
    void aSwapThatIsRolledBackCountsNothingTwice() throws Exception {
        Connection c = start("statsappend=yes").connect();
        c.read(0, 512);
        harness.rollBack();
        c.read(0, 512);
        c = harness.rollBackLate().get(0);
        c.read(0, 512);
        c = harness.swap().get(0);
        harness.rollBack();
        c.read(0, 512);
        pass(1000);
        List<String> lines = file();
        assertEquals("total: 4 ops, 1.000000 s, 2.00 KiB, 2.00 KiB/s", lines.get(0));
        assertEquals(1, lines.stream().filter(l -> l.startsWith("total")).count(), "a layer that never served wrote the file");
    }

    @Test
    void aSwapToAnotherFileLeavesTheOldOneAlone() throws Exception {
        start().connect().read(0, 512);
        harness.swap(List.of("statsfile=other"));
        assertEquals(List.of(), file());
        assertTrue(Files.readAllLines(directory.resolve("other")).get(0).startsWith("total: 1 ops"));
    }

    @Test
    void timesAreWrittenWithThreeDigits() {
        assertEquals("999 ns", Report.time(999));
        assertEquals("1.00 us", Report.time(1000));
        assertEquals("12.3 us", Report.time(12_345));
        assertEquals("123 ms", Report.time(123_456_789));
        assertEquals("2.50 s", Report.time(2_500_000_000L));
        assertFalse(Report.time(0).isEmpty());
    }
}
