package dev.sluice.plugin.example1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ReadmeContract;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Not one of PluginContract, which is made for disks of at most 64 MiB; this one is larger, and has no parameter for that. */
class Example1PluginTest {
    private static final int SIZE = 100 << 20;

    @TempDir
    Path directory;
    private LayerHarness harness;
    private Connection c;

    private LayerHarness start(List<String> words) throws Exception {
        return LayerHarness.plugin(Example1Plugin::new, "example1", words, directory).start();
    }

    @BeforeEach
    void connect() throws Exception {
        harness = start(List.of());
        c = harness.connect();
    }

    @AfterEach
    void end() throws Exception {
        harness.close();
        harness.context().assertNothingHeld();
    }

    @Test
    void thePartitionFillsTheDiskButForItsStart() throws Exception {
        ByteBuffer sector = ByteBuffer.wrap(c.read(0, 512)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals((byte) 0x83, sector.get(450));
        assertEquals(128, sector.getInt(454));
        assertEquals(SIZE / 512 - 128, sector.getInt(458));
        assertEquals((short) 0xaa55, sector.getShort(510));
    }

    @Test
    void behindTheTableEverythingIsZero() throws Exception {
        assertArrayEquals(new byte[] {0x55, (byte) 0xaa, 0, 0}, c.read(510, 4));
        assertArrayEquals(new byte[] {(byte) 0xaa}, c.read(511, 1));
        assertArrayEquals(new byte[1 << 20], c.read(512, 1 << 20));
        assertArrayEquals(new byte[3], c.read(SIZE - 3, 3));
    }

    @Test
    void itIsReadOnly() {
        assertEquals(SIZE, c.info().size());
        assertFalse(c.info().isWritable());
        assertEquals(ThreadModel.SERIALIZE_ALL_REQUESTS, harness.layer().threadModel());
    }

    @Test
    void aChangeOfCodeNeedsNothingOfIt() throws Exception {
        assertEquals(0x55, harness.swap().get(0).read(510, 1)[0]);
        harness.rollBack();
        assertEquals(0x55, harness.rollBackLate().get(0).read(510, 1)[0]);
    }

    @Test
    void parametersAreRefused() {
        assertThrows(ConfigException.class, () -> start(List.of("size=1M")));
    }

    @Test
    void theReadmeSaysWhatTheCodeDeclares() throws Exception {
        ReadmeContract.check(Example1Plugin.class, Path.of(System.getProperty("basedir", System.getProperty("user.dir")), "README.md"));
    }
}
