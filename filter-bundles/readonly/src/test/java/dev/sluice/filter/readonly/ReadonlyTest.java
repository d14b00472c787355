package dev.sluice.filter.readonly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ReadonlyTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);
    @TempDir
    private Path directory;

    private LayerHarness start(String... words) throws Exception {
        return LayerHarness.filter(ReadonlyFilter::new, "readonly", List.of(words), directory, model).start();
    }

    private static void refused(Executable request) {
        assertEquals(NbdError.EPERM, assertThrows(NbdException.class, request).error());
    }

    @Test
    void withoutAFileTheDeviceIsReadOnly() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        assertFalse(c.info().isWritable());
        assertFalse(c.info().canTrim() || c.info().canFastZero());
        assertEquals(Support.NONE, c.info().zero());
        assertTrue(c.info().canFlush() && c.info().multiConn() && c.info().extents());
        assertTrue(h.next().requests().get(0).readOnly());
    }

    @Test
    void withAFileTheDeviceIsWritable() throws Exception {
        LayerHarness h = start("readonly-file=stop");
        assertEquals(model.info(), h.connect().info());
        assertFalse(h.next().requests().get(0).readOnly());
    }

    @Test
    void requestsThatChangeSomethingAreRefusedWhileTheFileExists() throws Exception {
        Connection c = start("readonly-file=stop").connect();
        Files.createFile(directory.resolve("stop"));
        model.takeCalls();
        refused(() -> c.write(0, new byte[1], Flags.NONE));
        refused(() -> c.device().trim(0, 1, Flags.NONE));
        refused(() -> c.device().zero(0, 1, Flags.NONE));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void otherRequestsGoOnWhileTheFileExists() throws Exception {
        Connection c = start("readonly-file=stop").connect();
        Files.createFile(directory.resolve("stop"));
        assertArrayEquals(new byte[5], c.read(1, 5));
        c.device().flush();
        c.device().cache(0, 1);
        c.status(0, 1, Flags.NONE);
    }

    @Test
    void writesGoOnWhenTheFileHasGone() throws Exception {
        Connection c = start("readonly-file=stop").connect();
        Files.createFile(directory.resolve("stop"));
        refused(() -> c.write(0, new byte[] {1}, Flags.NONE));
        Files.delete(directory.resolve("stop"));
        c.write(0, new byte[] {1}, Flags.NONE);
        assertArrayEquals(new byte[] {1}, c.read(0, 1));
    }

    @Test
    void theMessageNamesTheFile() throws Exception {
        Path file = Files.createFile(directory.resolve("stop"));
        Connection c = start("readonly-file=" + file).connect();
        var e = assertThrows(NbdException.class, () -> c.write(0, new byte[1], Flags.NONE));
        assertEquals("read-only while " + file + " exists", e.getMessage());
    }
}
