package dev.sluice.filter.extentlist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtentlistTest {
    private static final int SIZE = 2 << 20;
    private static final String RIGHT = "a line is OFFSET LENGTH [TYPE], where TYPE is 0 to 3, or hole and zero with a comma between them";

    private final ModelDevice model = ModelDevice.of(new byte[SIZE]);
    @TempDir
    private Path directory;

    private LayerHarness start(String list) throws Exception {
        Files.writeString(directory.resolve("list"), list, StandardCharsets.ISO_8859_1);
        return LayerHarness.filter(ExtentlistFilter::new, "extentlist", List.of("extentlist=list"), directory, model).start();
    }

    private List<String> status(String list, long offset, long length, Flags flags) throws Exception {
        return status(start(list).connect(), offset, length, flags);
    }

    private static List<String> status(Connection c, long offset, long length, Flags flags) throws Exception {
        return c.status(offset, length, flags).stream().map(e -> e.offset() + "+" + e.length() + " " + e.status()).toList();
    }

    private List<String> status(String list) throws Exception {
        return status(list, 0, SIZE, Flags.NONE);
    }

    private void refused(String list, String why) {
        assertEquals("extentlist: " + directory.resolve("list") + why,
                assertThrows(ConfigException.class, () -> start(list)).getMessage());
    }

    @Test
    void whatIsListedIsDataUnlessItSaysSomethingElse() throws Exception {
        assertEquals(List.of("0+1048576 0", "1048576+1048576 3"), status("0 1M\n1M 9M hole,zero\n"));
    }

    @Test
    void gapsAreHoles() throws Exception {
        assertEquals(List.of("0+100 3", "100+100 0", "200+300 3", "500+10 0", "510+2096642 3"), status("500 10\n100 100"));
    }

    @Test
    void anEmptyListIsOneHole() throws Exception {
        assertEquals(List.of("0+2097152 3"), status(""));
        assertEquals(List.of("0+2097152 3"), status("\n# nothing\n   \n5 0\n"));
    }

    @Test
    void everyTypeIsUnderstood() throws Exception {
        assertEquals(List.of("0+1 0", "1+1 1", "2+1 2", "3+1 3", "4+1 1", "5+1 2", "6+2097146 3"),
                status("0 1 0\n1 1 hole\n2 1 zero\n3 1 hole,zero\n4 1 1\n5 1 0x2\n6 1 zero,hole\n7 1 3\n"));
    }

    @Test
    void sizesHaveSuffixes() throws Exception {
        assertEquals(List.of("0+512 3", "512+1024 0", "1536+2095616 3"), status("1s\t1k"));
    }

    @Test
    void commentsAndEmptyLinesAreLeftOut() throws Exception {
        assertEquals(List.of("0+10 0", "10+2097142 3"), status("# offset length\n\n  0 10 # the beginning\r\n\n"));
    }

    @Test
    void neighboursOfOneTypeAreOneExtent() throws Exception {
        assertEquals(List.of("0+2097152 0"), status("0 1k\n1k 1023k\n1M 1M\n"));
    }

    @Test
    void whatGoesBeyondTheEndIsCutOff() throws Exception {
        assertEquals(List.of("0+2097152 0"), status("0 7E"));
        assertEquals(List.of("0+2097152 3"), status("1T 1T"));
    }

    @Test
    void aRangeInTheMiddleIsFound() throws Exception {
        String list = "100 100\n200 100 hole\n400 100\n";
        assertEquals(List.of("150+50 0", "200+50 1"), cut(status(list, 150, 100, Flags.NONE), 250));
        assertEquals(List.of("199+1 0"), status(list, 199, 500, Flags.of(Flags.REQ_ONE)));
        assertEquals(List.of("350+50 3"), status(list, 350, 1, Flags.NONE));
        assertEquals(List.of("2097151+1 3"), status(list, SIZE - 1, 1, Flags.NONE));
    }

    @Test
    void anExtentIsToldUpToItsEndBehindTheRange() throws Exception {
        assertEquals(List.of("10+90 3"), status("100 100", 10, 1, Flags.NONE));
        assertEquals(List.of("110+90 0"), status("100 100", 110, 1, Flags.NONE));
        assertEquals(List.of("210+2096942 3"), status("100 100", 210, 1, Flags.NONE));
        assertEquals(List.of("210+2096942 3"), status("100 100\n1T 1", 210, 1, Flags.NONE));
    }

    /** The last extent may go beyond the range. */
    private static List<String> cut(List<String> extents, long end) {
        return extents.stream().map(e -> {
            String[] parts = e.split("[+ ]");
            long start = Long.parseLong(parts[0]);
            return start + "+" + Math.min(Long.parseLong(parts[1]), end - start) + " " + parts[2];
        }).toList();
    }

    @Test
    void itIsOfferedOnALayerThatKnowsNoExtents() throws Exception {
        DeviceInfo without = model.info().with().extents(false).build();
        model.with(without);
        Connection c = start("0 1").connect();
        assertEquals(without.with().extents(true).build(), c.info());
        model.takeCalls();
        assertEquals(2, status(c, 0, SIZE, Flags.NONE).size());
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void theParameterCanChangeUnderAClient() throws Exception {
        LayerHarness h = start("0 1M");
        h.connect();
        Files.writeString(directory.resolve("other"), "1M 1M");
        assertEquals(List.of("0+1048576 3", "1048576+1048576 0"), status(h.swap(List.of("extentlist=other")).get(0), 0, SIZE, Flags.NONE));
    }

    @Test
    void overlappingExtentsAreRefused() {
        refused("0 10\n# between\n5 10\n", ": the extents of lines 1 and 3 overlap");
        refused("5 1\n0 100\n", ": the extents of lines 1 and 2 overlap");
        refused("5 1\n5 1\n", ": the extents of lines 1 and 2 overlap");
    }

    @Test
    void aWrongLineIsNamed() {
        refused("0 1\n7\n", ", line 2: " + RIGHT);
        refused("0 1 hole extra\n", ", line 1: " + RIGHT);
        for (String type : List.of("foo", "hole,", ",", "4", "0xz", "HOLE", "-1")) {
            refused("0 1 " + type, ", line 1: " + type + ": " + RIGHT);
        }
        refused("x 1", ", line 1: x: a size is a decimal number with at most one of the suffixes b, s, k, m, g, t, p, e");
        refused("0 -1", ", line 1: -1: a size cannot be negative");
        refused("1 9223372036854775807", ", line 1: it ends behind 9223372036854775807, where every disk has ended");
        refused("\u00fe\u0001 1", ", line 1: ??: a size is a decimal number with at most one of the suffixes b, s, k, m, g, t, p, e");
    }

    @Test
    void aFileThatIsNoListIsNotReadToItsEnd() throws Exception {
        var e = assertThrows(ConfigException.class, () -> start("x".repeat(5000)));
        assertTrue(e.getMessage().endsWith("can't be read: a line has more than 4096 characters"), e.getMessage());
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        var e = assertThrows(ConfigException.class,
                () -> LayerHarness.filter(ExtentlistFilter::new, "extentlist", List.of("extentlist=nope"), directory, model).start());
        assertEquals("extentlist: extentlist=" + directory.resolve("nope") + ": can't be read: no such file or directory", e.getMessage());
    }

    @Test
    void theFileMustBeGiven() {
        var e = assertThrows(ConfigException.class,
                () -> LayerHarness.filter(ExtentlistFilter::new, "extentlist", List.of(), directory, model).start());
        assertEquals("extentlist: parameter 'extentlist' must be given: extentlist=PATH, the file with the list", e.getMessage());
    }
}
