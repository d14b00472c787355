package dev.sluice.plugin.tmpdisk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TmpdiskPluginTest extends PluginContract {
    private static final int SIZE = 1 << 20;
    private static final String EMPTY_DISK = "command=truncate -s $size \"$disk\"";

    @Override
    protected NbdPlugin newKind() {
        return new TmpdiskPlugin(null);
    }

    @Override
    protected String kindName() {
        return "tmpdisk";
    }

    @Override
    protected List<String> words() {
        return List.of("size=" + SIZE, EMPTY_DISK);
    }

    @Override
    protected byte[] expected(Connection connection) {
        return new byte[SIZE];
    }

    /** A client that comes after a change gets a new disk, as all clients do; one that stays has its own: see below. */
    @Override
    protected boolean survivesASwap() {
        return false;
    }

    private List<Path> left() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private String failure(String... words) throws Exception {
        LayerHarness h = start(List.of(words));
        NbdException e = assertThrows(NbdException.class, h::connect);
        assertEquals(NbdError.EIO, e.error());
        assertEquals(List.of(), left());
        return e.getMessage();
    }

    private String refusal(String... words) {
        return assertThrows(ConfigException.class, () -> start(List.of(words))).getMessage();
    }

    @Test
    void eachClientHasItsOwnDisk() throws Exception {
        LayerHarness h = start();
        Connection a = h.connect();
        Connection b = h.connect();
        a.write(0, new byte[] {1}, Flags.of(Flags.FUA));
        assertArrayEquals(new byte[] {1}, a.read(0, 1));
        assertArrayEquals(new byte[] {0}, b.read(0, 1));
        assertFalse(a.info().multiConn());
    }

    @Test
    void theFileHasNoNameAsSoonAsItIsServed() throws Exception {
        start().connect();
        assertEquals(List.of(), left());
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
    void aFileSystemIsMade() throws Exception {
        assumeTrue(Stream.of("/sbin", "/usr/sbin", "/usr/bin").anyMatch(d -> Files.isExecutable(Path.of(d, "mkfs.ext4"))), "no mkfs.ext4");
        Connection c = start(List.of("4M", "label=hello")).connect();
        assertEquals(4 << 20, c.info().size());
        byte[] block = c.read(1024, 1024);
        assertEquals((byte) 0x53, block[56]);
        assertEquals((byte) 0xef, block[57]);
        assertEquals("hello", new String(block, 120, 5, StandardCharsets.US_ASCII));
    }

    @Test
    void theCommandGetsItsVariables() throws Exception {
        String command = "command=printf '%s|' $size \"$type\" \"$label\" \"$x\" > $disk";
        Connection c = start(List.of("4096", "type=T", "label=a b", "x=$(y)'", command)).connect();
        assertEquals("4096|T|a b|$(y)'|", new String(c.readAll(), StandardCharsets.UTF_8));
    }

    @Test
    void withoutALabelTheVariableIsEmpty() throws Exception {
        assertEquals("[]ext4", new String(start(List.of("1k", "command=printf \"[$label]$type\" > $disk")).connect().readAll(),
                StandardCharsets.UTF_8));
    }

    @Test
    void aCommandThatFailsIsToldWithItsLastWords() throws Exception {
        assertEquals("tmpdisk: the command that makes the disk has failed: it ended with status 3: why",
                failure("1M", "command=touch $disk; echo why >&2; exit 3"));
        assertTrue(failure("1M", "type=no-such-type").contains("has failed: it ended with status"));
        assertTrue(failure("1M", "type=minix", "label=x").contains("it is not known how a label is given"));
    }

    @Test
    void aCommandThatMakesNoFileIsToldSo() throws Exception {
        assertTrue(failure("1M", "command=true").contains("made no regular file $disk"));
        assertTrue(failure("1M", "command=ln -s /etc/passwd $disk").contains("made no regular file $disk"));
        assertTrue(failure("1M", "command=mkdir $disk").contains("made no regular file $disk"));
    }

    @Test
    void aCommandThatTakesTooLongIsEnded() throws Exception {
        assertTrue(failure("1M", "command=sleep 1000", "command-timeout=0").contains("it did not end within"));
    }

    @Test
    void mistakesAreToldAtTheStart() {
        assertTrue(refusal(EMPTY_DISK).contains("size"));
        assertEquals("tmpdisk: disk= can't be given: it is the file that the command makes", refusal("1M", "disk=x"));
        assertTrue(refusal("1M", "a-b=x").contains("a-b= is no parameter"));
        assertTrue(refusal("1x").contains("1x"));
    }

    @Test
    void aTemporaryDirectoryThatIsGoneIsNamed() throws Exception {
        LayerHarness h = LayerHarness.plugin(() -> new TmpdiskPlugin(directory.resolve("gone").toString()), "tmpdisk", words(), directory);
        h.start();
        NbdException e = assertThrows(NbdException.class, h::connect);
        assertEquals("tmpdisk: no temporary file in " + directory.resolve("gone") + ": no such file or directory", e.getMessage());
        h.close();
    }

    @Test
    void theCapabilitiesAreThere() throws Exception {
        DeviceInfo info = start().connect().info();
        assertTrue(info.isWritable() && info.canFlush() && info.canFastZero());
        assertEquals(Support.NATIVE, info.fua());
    }

    @Test
    void openedReadOnlyItOffersNoWrites() throws Exception {
        LayerHarness h = start();
        DeviceInfo info = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info();
        assertFalse(info.isWritable() || info.canTrim());
    }
}
