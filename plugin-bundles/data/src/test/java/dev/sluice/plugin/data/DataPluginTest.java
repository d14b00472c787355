package dev.sluice.plugin.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DataPluginTest extends PluginContract {
    private static final int HOLE = MetaContext.HOLE | MetaContext.ZERO;
    private static final int PAGE = 32 << 10;
    private static final int SIZE = 400_001;

    @Override
    protected NbdPlugin newKind() {
        return new DataPlugin();
    }

    @Override
    protected String kindName() {
        return "data";
    }

    @Override
    protected List<String> words() {
        return List.of("\"hello\" @1000 (1 2 3)*10000 @100000 $ab*40000 @300000 (4 @+9)*1000 @200000 7", "ab=\"ab\"", "size=" + SIZE);
    }

    @Override
    protected byte[] expected(Connection connection) {
        byte[] all = new byte[SIZE];
        System.arraycopy("hello".getBytes(StandardCharsets.US_ASCII), 0, all, 0, 5);
        for (int i = 0; i < 30_000; i++) {
            all[1000 + i] = (byte) (1 + i % 3);
        }
        for (int i = 0; i < 80_000; i++) {
            all[100_000 + i] = (byte) ('a' + i % 2);
        }
        for (int i = 0; i < 1000; i++) {
            all[300_000 + 10 * i] = 4;
        }
        all[200_000] = 7;
        return all;
    }

    private String failure(String... words) {
        return assertThrows(ConfigException.class, () -> start(List.of(words))).getMessage();
    }

    @Test
    void exactlyOneDescriptionIsWanted() {
        assertEquals("data: exactly one of data=EXPRESSION, raw=BYTES and base64=TEXT must be given, and none was", failure());
        assertEquals("data: exactly one of data=EXPRESSION, raw=BYTES and base64=TEXT must be given, not both raw= and data=",
                failure("raw=1", "1"));
        assertTrue(failure("1", "2").contains("not both data= and data="));
        assertTrue(failure("size=3").contains("none was"));
    }

    @Test
    void variablesAreForExpressionsOnly() {
        assertEquals("data: x= is a variable, which only data=EXPRESSION can use, not raw=", failure("raw=a", "x=1"));
    }

    @Test
    void aMistakeInTheExpressionIsOneLine() {
        assertEquals("data: at offset 2 ('256'): a byte must not be larger than 255", failure("1 256"));
        assertEquals("data: base64=YWJ: this is no base64", failure("base64=YWJ"));
        assertTrue(failure("1", "allocator=zstd").contains("allocator=zstd is not supported"));
        assertTrue(failure("1", "allocator=foo").contains("allocator"));
    }

    @Test
    void filesAndScriptsStartInTheDirectoryOfTheOperator() throws Exception {
        Files.createDirectory(directory.resolve("sub"));
        Files.writeString(directory.resolve("sub/f"), "x");
        assertArrayEquals(new byte[] {'x', 'x'}, start(List.of("<sub/f <(cat sub/f)")).connect().readAll());
        assertTrue(failure("<f").contains("the file f can't be read: no such file or directory"), failure("<f"));
    }

    @Test
    void aScriptThatFailsIsNamedWithWhatItSaid() {
        assertEquals("data: at offset 2 ('<(echo no >&2;exit 9)'): the script <(echo no >&2;exit 9) has failed: it ended with status 9: no",
                failure("1 <(echo no >&2;exit 9)").replace("...", ""));
    }

    @Test
    void aScriptThatTakesTooLongIsEnded() {
        assertTrue(failure("<(sleep 1000)", "script-timeout=0").contains("it did not end within"));
    }

    @Test
    void theEnvironmentHasVariablesToo() throws Exception {
        // every process has a PATH, and it starts with a character that is no word of the language
        assertTrue(failure("$PATH").startsWith("data: in $PATH, at offset 0"), failure("$PATH"));
        assertArrayEquals(new byte[] {1}, start(List.of("$PATH", "PATH=1")).connect().readAll());
    }

    @Test
    void hugeDisksTakeNoMemory() throws Exception {
        Connection c = start(List.of("(0x55 0xaa)*4611686018427387903 1")).connect();
        assertEquals(Long.MAX_VALUE, c.info().size());
        assertArrayEquals(new byte[] {0x55, (byte) 0xaa, 1}, c.read(Long.MAX_VALUE - 3, 3));
        c.write(Long.MAX_VALUE - 2, new byte[] {9}, Flags.NONE);
        assertArrayEquals(new byte[] {0x55, 9, 1}, c.read(Long.MAX_VALUE - 3, 3));
        c.device().zero(0, Long.MAX_VALUE, Flags.of(Flags.FAST_ZERO));
        assertEquals(List.of(new RecordingSink.Extent(0, Long.MAX_VALUE, HOLE)), c.status(0, Long.MAX_VALUE, Flags.NONE));
        assertArrayEquals(new byte[3], c.read(Long.MAX_VALUE - 3, 3));
    }

    @Test
    void extentsAreWholePages() throws Exception {
        Connection c = start(List.of("@100000 1 @200000")).connect();
        assertEquals(List.of(new RecordingSink.Extent(0, 3 * PAGE, HOLE), new RecordingSink.Extent(3 * PAGE, PAGE, 0),
                new RecordingSink.Extent(4 * PAGE, 200_000 - 4 * PAGE, HOLE)), c.status(0, 200_000, Flags.NONE));
    }

    @Test
    void aLongRunOfDataIsOneExtent() throws Exception {
        Connection c = start(List.of("1*1000000000 @2000000000")).connect();
        long end = 1_000_000_000L / PAGE * PAGE + PAGE;
        assertEquals(List.of(new RecordingSink.Extent(0, end, 0), new RecordingSink.Extent(end, 2_000_000_000L - end, HOLE)),
                c.status(0, 2_000_000_000L, Flags.NONE));
    }

    @Test
    void whatIsWrittenIsDataAndWhatIsTrimmedIsAHole() throws Exception {
        Connection c = start(List.of("1*131072 @262144")).connect();
        c.write(200_000, new byte[] {1}, Flags.NONE);
        c.device().trim(PAGE, 2 * PAGE, Flags.NONE);
        assertEquals(List.of(new RecordingSink.Extent(0, PAGE, 0), new RecordingSink.Extent(PAGE, 2 * PAGE, HOLE),
                new RecordingSink.Extent(3 * PAGE, PAGE, 0), new RecordingSink.Extent(4 * PAGE, 2 * PAGE, HOLE),
                new RecordingSink.Extent(6 * PAGE, PAGE, 0), new RecordingSink.Extent(7 * PAGE, PAGE, HOLE)),
                c.status(0, 262_144, Flags.NONE));
    }

    @Test
    void aTrimGivesMemoryBack() throws Exception {
        LayerHarness h = start(List.of("@10000000"));
        Connection c = h.connect();
        c.write(0, random.bytes(1 << 20), Flags.NONE);
        c.device().trim(0, 10_000_000, Flags.NONE);
        h.context().assertNothingHeld();
    }

    @Test
    void zeroesAndWritesInEveryOrderAreAsInAnArray() throws Exception {
        Connection c = start(List.of("(1 2 3)*200000")).connect();
        byte[] model = c.readAll();
        for (int i = 0; i < 300; i++) {
            int from = random.nextInt(model.length);
            int length = 1 + random.nextInt(Math.min(model.length - from, 5 * PAGE));
            if (random.nextInt(3) > 0) {
                c.device().zero(from, length, Flags.NONE);
                Arrays.fill(model, from, from + length, (byte) 0);
            } else {
                byte[] bytes = random.bytes(Math.min(length, 100));
                c.write(from, bytes, Flags.NONE);
                System.arraycopy(bytes, 0, model, from, bytes.length);
            }
            assertArrayEquals(model, c.readAll(), random.toString());
        }
    }

    @Test
    void holesAreNotMovedAndWrittenPagesAreNotCopied() throws Exception {
        Connection c = start(List.of("@1000000")).connect();
        assertEquals(List.of(RecordingReply.Kind.ZEROES), c.readReply(3, 900_000).kinds());
        c.write(0, new byte[PAGE], Flags.NONE);
        assertEquals(List.of(RecordingReply.Kind.LEASE), c.readReply(0, PAGE).kinds());
    }

    @Test
    void aSwapKeepsTheDiskEvenIfTheFileHasChanged() throws Exception {
        Files.writeString(directory.resolve("f"), "first");
        LayerHarness h = start(List.of("<f"));
        h.connect().write(0, new byte[] {'F'}, Flags.NONE);
        Files.writeString(directory.resolve("f"), "other, longer");
        assertArrayEquals("First".getBytes(StandardCharsets.US_ASCII), h.swap().get(0).readAll());
    }

    @Test
    void otherWordsAreAnotherDisk() throws Exception {
        LayerHarness h = start(List.of("1 1 1"));
        h.connect().write(1, new byte[] {9}, Flags.NONE);
        assertArrayEquals(new byte[] {2, 2, 2}, h.swap(List.of("2 2 2")).get(0).readAll());
    }

    @Test
    void aFailedChangeOfWordsGivesTheOldDiskBack() throws Exception {
        LayerHarness old = start(List.of("1 1 1"));
        old.connect().write(1, new byte[] {9}, Flags.NONE);
        LayerHarness other = start(List.of("2 2 2"));
        HandOver state = old.layer().release().orElseThrow();
        other.layer().adopt(state);
        old.layer().adopt(other.layer().release().orElseThrow());
        assertArrayEquals(new byte[] {1, 9, 1}, old.connect().readAll());
    }

    @Test
    void aForeignHandOverIsRefused() throws Exception {
        LayerHarness h = start();
        ConfigException e = assertThrows(ConfigException.class, () -> h.layer().adopt(new HandOver("other", 1, Map.of())));
        assertTrue(e.getMessage().contains("dev.sluice.plugin.data"), e.getMessage());
    }

    @Test
    void everyCapabilityIsThere() throws Exception {
        DeviceInfo info = start().connect().info();
        assertTrue(info.isWritable() && info.canFlush() && info.canTrim() && info.canFastZero() && info.extents() && info.multiConn());
        assertEquals(List.of(Support.NATIVE, Support.NATIVE, Support.NATIVE), List.of(info.zero(), info.fua(), info.cache()));
        assertEquals(PAGE, info.blockSizes().preferred());
    }

    @Test
    void openedReadOnlyItOffersNoWrites() throws Exception {
        LayerHarness h = start();
        DeviceInfo info = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info();
        assertFalse(info.isWritable() || info.canTrim());
    }

    @Test
    void anEmptyDiskIsADisk() throws Exception {
        assertEquals(0, start(List.of("()")).connect().info().size());
        assertEquals(0, start(List.of("raw=")).connect().info().size());
    }
}
