package dev.sluice.plugin.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.RecordingReply.Kind;
import dev.sluice.api.contract.RecordingSink.Extent;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitTest {
    @TempDir
    private Path directory;
    private final SeededRandom random = SeededRandom.create();
    private LayerHarness harness;

    @AfterEach
    void close() throws Exception {
        if (harness != null) {
            harness.close();
            harness.context().assertNothingHeld();
        }
    }

    private LayerHarness start(String... words) throws Exception {
        harness = LayerHarness.plugin(SplitPlugin::new, "split", List.of(words), directory);
        try {
            return harness.start();
        } catch (Exception e) {
            harness = null;
            throw e;
        }
    }

    private byte[] file(String name, int size) throws Exception {
        byte[] bytes = random.bytes(size);
        Files.write(directory.resolve(name), bytes);
        return bytes;
    }

    @Test
    void aWriteAcrossFilesGoesToEachOfThem() throws Exception {
        byte[] a = file("a", 1000);
        byte[] b = file("b", 10);
        byte[] c = file("c", 1000);
        byte[] bytes = random.bytes(30);
        start("a", "b", "c").connect().write(990, bytes, Flags.of(Flags.FUA));
        System.arraycopy(bytes, 0, a, 990, 10);
        System.arraycopy(bytes, 20, c, 0, 10);
        assertArrayEquals(a, Files.readAllBytes(directory.resolve("a")));
        assertArrayEquals(Arrays.copyOfRange(bytes, 10, 20), Files.readAllBytes(directory.resolve("b")));
        assertArrayEquals(c, Files.readAllBytes(directory.resolve("c")));
        assertEquals(10, b.length);
    }

    @Test
    void aLargeReadLeavesWithoutACopyFromEachFile() throws Exception {
        file("a", 200_000);
        file("b", 200_000);
        Connection c = start("a", "b").connect();
        assertEquals(List.of(Kind.FILE, Kind.FILE), c.readReply(100_000, 200_000).kinds());
        assertEquals(List.of(Kind.FILE, Kind.BUFFER), c.readReply(100_000, 100_010).kinds());
    }

    @Test
    void onlyEmptyFilesAreAnEmptyDisk() throws Exception {
        file("a", 0);
        assertEquals(0, start("a", "a").connect().info().size());
    }

    @Test
    void aFileMayComeTwice() throws Exception {
        byte[] a = file("a", 100);
        assertArrayEquals(a, start("a", "a").connect().read(100, 100));
    }

    @Test
    void sizesAreLookedAtForEachConnection() throws Exception {
        file("a", 100);
        file("b", 100);
        LayerHarness h = start("a", "b");
        Connection before = h.connect();
        file("a", 150);
        assertEquals(250, h.connect().info().size());
        assertEquals(200, before.info().size());
    }

    @Test
    void aFileThatShrinksGivesAnError() throws Exception {
        file("a", 200_000);
        file("b", 100);
        Connection c = start("a", "b").connect();
        file("a", 50);
        for (int length : new int[] {100, 100_000}) {
            var e = assertThrows(NbdException.class, () -> c.read(0, length));
            assertEquals(NbdError.EIO, e.error());
            assertEquals(directory.resolve("a") + " ends at 50: it has shrunk, it had 200000 bytes", e.getMessage());
        }
    }

    @Test
    void oneFileThatCannotBeWrittenMakesTheDiskReadOnly() throws Exception {
        file("a", 100);
        file("b", 100);
        assumeTrue(directory.resolve("b").toFile().setReadOnly() && !Files.isWritable(directory.resolve("b")), "root writes everything");
        assertFalse(start("a", "b").connect().info().isWritable());
    }

    @Test
    void aClientThatOnlyReadsGetsAReadOnlyDisk() throws Exception {
        file("a", 100);
        LayerHarness h = start("a");
        assertFalse(h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info().isWritable());
        assertTrue(h.connect().info().isWritable());
    }

    @Test
    void holesOfFilesAreHolesOfTheDisk() throws Exception {
        try (RandomAccessFile a = new RandomAccessFile(directory.resolve("a").toFile(), "rw")) {
            a.setLength(1 << 20);
        }
        file("b", 1 << 20);
        Connection c = start("a", "b", "a").connect();
        assumeTrue(c.info().canTrim(), "no C library here");
        List<Extent> all = c.status(0, 3 << 20, Flags.NONE);
        assumeTrue(all.size() > 1, "the file system does not tell holes");
        assertEquals(List.of(new Extent(0, 1 << 20, 3), new Extent(1 << 20, 1 << 20, 0), new Extent(2 << 20, 1 << 20, 3)), all);
        assertEquals(List.of(new Extent(5, (1 << 20) - 5, 3)), c.status(5, 10, Flags.of(Flags.REQ_ONE)));
        c.device().trim((1 << 20) - 4096, 8192 + 4096, Flags.NONE);
        assertEquals(new Extent(0, (1 << 20) + 8192, 3), c.status(0, 3 << 20, Flags.NONE).get(0));
    }

    @Test
    void aFileThatIsNotThereIsRefusedAtTheStart() throws Exception {
        file("a", 1);
        var e = assertThrows(ConfigException.class, () -> start("a", "none"));
        assertEquals("split: file=" + directory.resolve("none") + " does not exist", e.getMessage());
        e = assertThrows(ConfigException.class, () -> start("."));
        assertTrue(e.getMessage().endsWith(" is a directory, not a file"), e.getMessage());
        assertThrows(ConfigException.class, () -> start());
    }

    @Test
    void aFileThatHasGoneRefusesTheClientAndLeavesNothingOpen() throws Exception {
        file("a", 1);
        file("b", 1);
        LayerHarness h = start("a", "b");
        Files.delete(directory.resolve("b"));
        assertEquals(directory.resolve("b") + " does not exist", assertThrows(NbdException.class, h::connect).getMessage());
    }
}
