package dev.sluice.plugin.partitioning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.RecordingSink.Extent;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import dev.sluice.shared.partitiontable.Partition;
import dev.sluice.shared.partitiontable.PartitionTable;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitioningTest {
    private static final String RIGHT_GUID = "it must be default or a GUID, such as 0fc63daf-8483-4772-8e79-3d69d8477de4";
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
        harness = LayerHarness.plugin(PartitioningPlugin::new, "partitioning", List.of(words), directory);
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

    private void sparse(String name, long size) throws Exception {
        try (RandomAccessFile f = new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
            f.setLength(size);
        }
    }

    private static PartitionTable table(Connection c) throws Exception {
        return PartitionTable.of((offset, into) -> into.put(c.read(offset, into.remaining())), c.info().size(), 512);
    }

    private static byte[] read(Connection c, Partition p) throws Exception {
        return c.read(p.start(), (int) p.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mbr", "gpt"})
    void eachFileIsAPartition(String type) throws Exception {
        List<String> words = new ArrayList<>(List.of("partition-type=" + type));
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            contents.add(file("f" + i, 5000 + i));
            words.add("f" + i);
        }
        Connection c = start(words.toArray(String[]::new)).connect();
        List<Partition> all = table(c).list();
        assertEquals(type.equals("mbr") ? List.of(1, 2, 3, 5, 6, 7, 8) : List.of(1, 2, 3, 4, 5, 6, 7),
                all.stream().map(Partition::number).toList());
        for (int i = 0; i < 7; i++) {
            assertEquals(0, all.get(i).start() % (1 << 20));
            assertArrayEquals(Arrays.copyOf(contents.get(i), 5120), read(c, all.get(i)));
            assertEquals(type.equals("gpt") ? "f" + i : "", all.get(i).name());
        }
    }

    /** As nbdkit 1.32 makes them. */
    @Test
    void sizesAreThoseOfNbdkit() throws Exception {
        file("a", 1_000_000);
        file("b", 3_000_001);
        for (String name : List.of("c", "d", "e", "f")) {
            file(name, 5000);
        }
        assertEquals(5_248_000, start("a", "b", "c").connect().info().size());
        close();
        assertEquals(8_393_728, start("a", "b", "c", "d", "e", "f", "partition-type=mbr").connect().info().size());
        close();
        assertEquals(8_410_624, start("a", "b", "c", "d", "e", "f").connect().info().size());
    }

    @Test
    void wordsHoldForTheFilesBehindThem() throws Exception {
        file("a", 512);
        Connection c = start("a", "alignment=512", "mbr-id=0x82", "a", "mbr-id=default", "alignment=4k", "a").connect();
        assertEquals(List.of(new Partition(1, 1 << 20, 512, 0x83, null, null, ""),
                new Partition(2, (1 << 20) + 512, 512, 0x82, null, null, ""),
                new Partition(3, (1 << 20) + 4096, 512, 0x83, null, null, "")), table(c).list());
        close();
        c = start("partition-type=gpt", "a", "type-guid={00112233-4455-6677-8899-aabbccddeeff}", "a", "type-guid=default", "a").connect();
        UUID linux = UUID.fromString("0fc63daf-8483-4772-8e79-3d69d8477de4");
        assertEquals(List.of(linux, UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"), linux),
                table(c).list().stream().map(Partition::typeGuid).toList());
    }

    @Test
    void withoutATypeTheTableIsWhatHasRoom() throws Exception {
        file("a", 512);
        sparse("large", 2L << 40);
        assertEquals("MBR", table(start("a", "a", "a", "a").connect()).type());
        close();
        assertEquals("GPT", table(start("a", "a", "a", "a", "a").connect()).type());
        close();
        assertEquals("GPT", table(start("large").connect()).type());
        var e = assertThrows(ConfigException.class, () -> start("large", "partition-type=mbr"));
        assertTrue(e.getMessage().endsWith(", its limit is 2T; gpt has"), e.getMessage());
    }

    @Test
    void writesToAPartitionGoToItsFile() throws Exception {
        byte[] a = file("a", 5000);
        Connection c = start("a").connect();
        byte[] bytes = random.bytes(100);
        c.write((1 << 20) + 4900, bytes, Flags.of(Flags.FUA));
        System.arraycopy(bytes, 0, a, 4900, 100);
        assertArrayEquals(a, Files.readAllBytes(directory.resolve("a")));
    }

    @Test
    void whatIsMadeUpCannotBeChanged() throws Exception {
        byte[] a = file("a", 5000);
        Connection c = start("a", "partition-type=gpt").connect();
        for (long at : new long[] {0, 512, 2000, (1 << 20) - 1, (1 << 20) + 5000, c.info().size() - 1}) {
            var e = assertThrows(NbdException.class, () -> c.write(at, new byte[] {99}, Flags.NONE));
            assertEquals(NbdError.EIO, e.error());
        }
        assertEquals("the partition table of this disk is made up and can't be changed",
                assertThrows(NbdException.class, () -> c.write(446, new byte[10], Flags.NONE)).getMessage());
        byte[] across = random.bytes(200);
        across[199] = 1;
        assertEquals("the padding of this disk is made up and can't be changed",
                assertThrows(NbdException.class, () -> c.write((1 << 20) + 4900, across, Flags.NONE)).getMessage());
        assertArrayEquals(a, Files.readAllBytes(directory.resolve("a")));
    }

    @Test
    void whatIsThereAlreadyCanBeWritten() throws Exception {
        byte[] a = file("a", 5000);
        Connection c = start("a", "partition-type=gpt").connect();
        byte[] all = c.readAll();
        c.write(0, all, Flags.NONE);
        assertArrayEquals(all, c.readAll());
        assertArrayEquals(a, Files.readAllBytes(directory.resolve("a")));
    }

    @Test
    void zeroAndTrimLeaveTheTableAlone() throws Exception {
        file("a", 5000);
        Connection c = start("a").connect();
        assumeTrue(c.info().canTrim(), "no C library here");
        byte[] before = c.readAll();
        c.device().trim(0, c.info().size(), Flags.NONE);
        assertArrayEquals(Arrays.copyOf(before, 1 << 20), c.read(0, 1 << 20));
        assertEquals(NbdError.EIO, assertThrows(NbdException.class, () -> c.device().zero(0, 512, Flags.NONE)).error());
        c.device().zero(512, 2000, Flags.NONE);
    }

    @Test
    void tablesAreDataAndPaddingIsAHole() throws Exception {
        file("a", 5000);
        Connection c = start("a").connect();
        assertEquals(List.of(new Extent(0, 512, 0), new Extent(512, (1 << 20) - 512, 3), new Extent(1 << 20, 5000, 0),
                new Extent((1 << 20) + 5000, 120, 3)), c.status(0, c.info().size(), Flags.NONE));
    }

    @Test
    void theNumbersOfAGptAreOthersAfterARestart() throws Exception {
        file("a", 5000);
        UUID before = table(start("a", "partition-type=gpt").connect()).find(1).guid();
        close();
        assertNotEquals(before, table(start("a", "partition-type=gpt").connect()).find(1).guid());
    }

    @Test
    void aFileThatGrowsDoesNotChangeTheDiskEvenIfTheCodeIsReplaced() throws Exception {
        file("a", 5000);
        LayerHarness h = start("a");
        Connection c = h.connect();
        byte[] before = c.read(0, 512);
        file("a", 50_000);
        Connection after = h.swap().get(0);
        assertEquals(c.info(), after.info());
        assertArrayEquals(before, after.read(0, 512));
        assertEquals(c.info(), h.connect().info());
    }

    @Test
    void aFileThatShrinksRefusesNewClients() throws Exception {
        file("a", 5000);
        LayerHarness h = start("a");
        file("a", 4999);
        assertEquals(directory.resolve("a") + " has only 4999 bytes, it had 5000 when the server started",
                assertThrows(NbdException.class, h::connect).getMessage());
    }

    @Test
    void aClientThatOnlyReadsGetsAReadOnlyDisk() throws Exception {
        file("a", 100);
        LayerHarness h = start("a");
        assertFalse(h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info().isWritable());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "alignment=100|it must be a multiple of 512, at most 1M",
        "alignment=0|it must be a multiple of 512, at most 1M",
        "alignment=1000|it must be a multiple of 512, at most 1M",
        "alignment=2M|it must be a multiple of 512, at most 1M",
        "mbr-id=0x182|it must be default or a number from 0 to 0xff, such as 0x83",
        "mbr-id=-1|it must be default or a number from 0 to 0xff, such as 0x83",
        "mbr-id=linux|it must be default or a number from 0 to 0xff, such as 0x83",
        "type-guid=x|" + RIGHT_GUID,
        "type-guid=0fc63daf-8483-4772-8e79-3d69d8477de|" + RIGHT_GUID,
        "type-guid={0fc63daf-8483-4772-8e79-3d69d8477de4|" + RIGHT_GUID})
    void aWordThatIsWrongIsRefused(String word, String right) throws Exception {
        file("a", 1);
        assertEquals("partitioning: " + word + ": " + right, assertThrows(ConfigException.class, () -> start(word, "a")).getMessage());
    }

    @Test
    void aFileThatCannotBeAPartitionIsRefusedAtTheStart() throws Exception {
        file("empty", 0);
        assertEquals("partitioning: file=" + directory.resolve("empty") + " is empty: a partition has at least one byte",
                assertThrows(ConfigException.class, () -> start("empty")).getMessage());
        assertEquals("partitioning: file=" + directory.resolve("none") + " does not exist",
                assertThrows(ConfigException.class, () -> start("none")).getMessage());
        assertThrows(ConfigException.class, () -> start());
        assertThrows(ConfigException.class, () -> start("empty", "partition-type=bsd"));
    }
}
