package dev.sluice.shared.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.TestContext;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFileTest {
    @TempDir
    Path directory;

    private List<Path> left() throws Exception {
        try (var files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void itHasNoNameAndKeepsBytesWhereTheyArePut() throws Exception {
        TestContext context = new TestContext(directory);
        try (ScratchFile file = ScratchFile.create(context, "test")) {
            assertEquals(List.of(), left());
            file.write(1L << 40, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            ByteBuffer into = ByteBuffer.allocate(2);
            file.read((1L << 40) + 1, into);
            assertArrayEquals(new byte[] {2, 3}, into.array());
        }
        context.assertNothingHeld();
    }

    @Test
    void readingWhatWasNeverWrittenFails() throws Exception {
        try (ScratchFile file = ScratchFile.create(new TestContext(directory), "test")) {
            var e = assertThrows(NbdException.class, () -> file.read(10, ByteBuffer.allocate(1)));
            assertEquals(NbdError.EIO, e.error());
            assertTrue(e.getMessage().endsWith("it ends at 10, where there should be data"), e.getMessage());
        }
    }

    @Test
    void aPlaceBeyondWhatTheFileSystemCanHoldIsNoSpace() throws Exception {
        try (ScratchFile file = ScratchFile.create(new TestContext(directory), "test")) {
            // where a file system has no such limit, there is nothing to see
            try {
                file.write(Long.MAX_VALUE - 10, ByteBuffer.wrap(new byte[] {1}));
            } catch (NbdException e) {
                assertEquals(NbdError.ENOSPC, e.error());
            }
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        TestContext context = new TestContext(directory.resolve("gone"));
        var e = assertThrows(NbdException.class, () -> ScratchFile.create(context, "test"));
        assertEquals("test can't make a temporary file in " + directory.resolve("gone") + ": no such file or directory", e.getMessage());
    }
}
