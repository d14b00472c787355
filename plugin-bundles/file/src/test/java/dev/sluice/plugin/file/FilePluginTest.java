package dev.sluice.plugin.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
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
import dev.sluice.shared.libc.LibC;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilePluginTest extends PluginContract {
    private static final int SIZE = 1_000_003;

    @Override
    protected NbdPlugin newKind() {
        return new FilePlugin();
    }

    @Override
    protected String kindName() {
        return "file";
    }

    @Override
    protected List<String> words() throws IOException {
        Path disk = directory.resolve("disk");
        if (!Files.exists(disk)) {
            Files.write(disk, contents());
        }
        return List.of("disk");
    }

    private static byte[] contents() {
        byte[] bytes = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            bytes[i] = (byte) (i * 31 >> 4);
        }
        return bytes;
    }

    @Override
    protected byte[] expected(Connection connection) {
        return contents();
    }

    private String refused(String... words) {
        return assertThrows(ConfigException.class, () -> start(List.of(words))).getMessage();
    }

    @Test
    void nothingToServeIsRefused() {
        assertEquals("nothing to serve: give exactly one of file=PATH and dir=DIRECTORY", refused());
    }

    @Test
    void fileAndDirectoryTogetherAreRefused() {
        assertEquals("file= and dir= were both given; exactly one of them is right", refused("file=x", "directory=y"));
    }

    @Test
    void descriptorsAreRefusedWithAWayOut() {
        assertTrue(refused("fd=5").contains("file=/dev/fd/N"));
        assertTrue(refused("dirfd=5").contains("dir=/dev/fd/N"));
    }

    @Test
    void delaysPointToTheDelayFilter() {
        assertTrue(refused("disk", "rdelay=1").startsWith("rdelay= is no parameter of file: add the delay filter"));
        assertTrue(refused("disk", "wdelay=1").startsWith("wdelay= is no parameter of file: add the delay filter"));
    }

    @Test
    void anAbsentFileIsNamedAtTheStart() {
        assertEquals("file=" + directory.resolve("absent") + " does not exist", refused("absent"));
    }

    @Test
    void aDirectoryAsFileIsRefusedWithAWayOut() {
        assertEquals("file=" + directory + " is a directory; the files in it are served with dir=" + directory,
                refused("file=" + directory));
    }

    @Test
    void aDeviceThatIsNoDiskIsRefused() {
        assumeTrue(Files.exists(Path.of("/dev/null")), "no such device here");
        assertEquals("file=/dev/null is neither a regular file nor a block device", refused("/dev/null"));
    }

    @Test
    void aFileThatVanishesAfterTheStartIsNamedToTheClient() throws Exception {
        LayerHarness h = start();
        Files.delete(directory.resolve("disk"));
        NbdException e = assertThrows(NbdException.class, h::connect);
        assertEquals(directory.resolve("disk") + " does not exist", e.getMessage());
    }

    @Test
    void everyCapabilityIsThere() throws Exception {
        assumeTrue(LibC.find().isPresent(), LibC::whyAbsent);
        DeviceInfo info = start().connect().info();
        assertTrue(info.isWritable() && info.canFlush() && info.canTrim() && info.canFastZero() && info.extents() && info.multiConn());
        assertEquals(List.of(Support.NATIVE, Support.NATIVE, Support.NATIVE), List.of(info.zero(), info.fua(), info.cache()));
    }

    @Test
    void aReadOnlyClientIsOfferedNoChange() throws Exception {
        LayerHarness h = start();
        DeviceInfo info = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info();
        assertFalse(info.isWritable() || info.canTrim() || info.canFastZero());
    }

    /** A running program can't be opened for writing, not even by root. */
    @Test
    void aFileThatCanNotBeWrittenIsServedReadOnly() throws Exception {
        Path program = Path.of("/proc/self/exe");
        assumeTrue(Files.exists(program), "no /proc here");
        Connection c = start(List.of(program.toString())).connect();
        assertFalse(c.info().isWritable());
        assertArrayEquals(new byte[] {0x7f, 'E', 'L', 'F'}, c.read(0, 4));
        c.device().flush();
    }

    @Test
    void writesReachTheFile() throws Exception {
        Connection c = start().connect();
        c.write(SIZE - 3, new byte[] {1, 2, 3}, Flags.of(Flags.FUA));
        byte[] file = Files.readAllBytes(directory.resolve("disk"));
        assertEquals(SIZE, file.length);
        assertArrayEquals(new byte[] {1, 2, 3}, Arrays.copyOfRange(file, SIZE - 3, SIZE));
    }

    @Test
    void largeReadsOfResidentDataLeaveAsRangesOfAFileAndSmallOnesDoNot() throws Exception {
        Connection c = start().connect();
        c.readAll();
        RecordingReply large = new RecordingReply(FileDevice.FILE_RANGE);
        c.device().read(1, FileDevice.FILE_RANGE, large);
        RecordingReply small = new RecordingReply(FileDevice.FILE_RANGE - 1);
        c.device().read(1, FileDevice.FILE_RANGE - 1, small);
        assertEquals(List.of(RecordingReply.Kind.FILE), large.kinds());
        assertEquals(List.of(RecordingReply.Kind.BUFFER), small.kinds());
        large.finish();
        small.finish();
    }

    @Test
    void aFileThatGrowsKeepsTheSizeItWasOpenedWith() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve("disk").toFile(), "rw")) {
            file.setLength(2L * SIZE);
        }
        assertEquals(SIZE, c.info().size());
        if (c.info().extents()) {
            List<RecordingSink.Extent> extents = c.status(0, SIZE, Flags.NONE);
            assertEquals(SIZE, extents.get(extents.size() - 1).end());
        }
        assertEquals(2L * SIZE, h.connect().info().size());
    }

    @Test
    void bytesThatAFileLostAreAnErrorThatNamesIt() throws Exception {
        Connection c = start().connect();
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve("disk").toFile(), "rw")) {
            file.setLength(500_000);
        }
        for (int length : new int[] {100, 200_000}) {
            NbdException e = assertThrows(NbdException.class, () -> c.device().read(499_999, length, new RecordingReply(length)));
            assertEquals(NbdError.EIO, e.error());
            assertEquals(directory.resolve("disk") + " ends at 500000: it has shrunk since it was opened with " + SIZE + " bytes",
                    e.getMessage());
        }
        if (c.info().extents()) {
            c.status(0, SIZE, Flags.NONE);
        }
    }

    @Test
    void trimAndZeroThatMayTrimGiveStorageBack() throws Exception {
        Connection c = start().connect();
        assumeTrue(c.info().extents(), "no extents here");
        c.device().trim(0, 65536, Flags.NONE);
        c.device().zero(131072, 65536, Flags.of(Flags.MAY_TRIM));
        List<RecordingSink.Extent> extents = c.status(0, 262144, Flags.NONE);
        assumeTrue(extents.size() > 1, "this file system does not punch holes");
        long hole = MetaContext.HOLE | MetaContext.ZERO;
        assertEquals(List.of(new RecordingSink.Extent(0, 65536, hole), new RecordingSink.Extent(65536, 65536, 0),
                new RecordingSink.Extent(131072, 65536, hole)), extents.subList(0, 3));
    }

    @Test
    void whatAnotherNameOfTheFileSaysDoesNotMatterAfterTheOpen() throws Exception {
        Connection c = start().connect();
        Path disk = directory.resolve("disk");
        Files.move(disk, directory.resolve("moved"));
        Files.write(disk, new byte[SIZE]);
        c.write(0, new byte[] {1}, Flags.NONE);
        if (c.info().canTrim()) {
            c.device().zero(1, 9, Flags.of(Flags.MAY_TRIM));
        }
        assertArrayEquals(new byte[SIZE], Files.readAllBytes(disk));
        assertEquals(1, Files.readAllBytes(directory.resolve("moved"))[0]);
    }

    @Test
    void anInheritedDescriptorIsServedByItsName() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/fd")), "no /dev/fd here");
        words();
        int number = LibC.find().map(libc -> {
            try {
                return libc.open(directory.resolve("disk"), true);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }).orElse(-1);
        assumeTrue(number >= 0, LibC::whyAbsent);
        Files.delete(directory.resolve("disk"));
        try {
            assertArrayEquals(contents(), start(List.of("file=/dev/fd/" + number)).connect().readAll());
        } finally {
            LibC.find().orElseThrow().close(number);
        }
    }

    @Test
    void nothingStaysOpenAfterClientsHaveGone() throws Exception {
        Path descriptors = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(descriptors), "no /proc here");
        LayerHarness h = start();
        h.connect().disconnect();
        for (int i = 0; i < 50; i++) {
            h.connect().disconnect();
        }
        try (var all = Files.list(descriptors)) {
            assertFalse(all.anyMatch(this::isTheDisk));
        }
    }

    private boolean isTheDisk(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).equals(directory.resolve("disk"));
        } catch (IOException e) {
            // Closed while we looked, such as the one of the list itself.
            return false;
        }
    }
}
