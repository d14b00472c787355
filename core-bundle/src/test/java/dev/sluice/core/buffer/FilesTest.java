package dev.sluice.core.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.SharedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
    @TempDir
    Path directory;

    private final Files files = new Files();

    private SharedFile file() throws IOException {
        return files.open(directory.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @Test
    void aFileIsClosedWithTheLastReference() throws Exception {
        SharedFile f = file();
        f.retain();
        f.close();
        assertTrue(f.channel().isOpen());
        assertEquals(1, files.open());
        f.close();
        assertFalse(f.channel().isOpen());
        assertEquals(0, files.open());
    }

    @Test
    void givingBackTooOftenIsFound() throws Exception {
        SharedFile f = file();
        f.close();
        assertThrows(IllegalStateException.class, f::close);
        assertEquals(0, files.open());
    }

    @Test
    void retainingAfterTheEndIsFound() throws Exception {
        SharedFile f = file();
        f.close();
        assertThrows(IllegalStateException.class, f::retain);
    }

    private SharedFile memory(long size) throws IOException {
        FileChannel channel = FileChannel.open(directory.resolve("m"), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        return files.adoptMemory(channel, Path.of("m"), size);
    }

    @Test
    void aFileThatIsMemoryHasWindows() throws Exception {
        try (SharedFile f = memory(SharedFile.WINDOW + 10L)) {
            assertEquals(SharedFile.WINDOW, f.window(SharedFile.WINDOW - 1).capacity());
            MappedByteBuffer last = f.window(SharedFile.WINDOW);
            assertEquals(10, last.capacity());
            last.put(9, (byte) 7);
            assertSame(last, f.window(SharedFile.WINDOW + 9L));
            ByteBuffer read = ByteBuffer.allocate(1);
            f.channel().read(read, SharedFile.WINDOW + 9L);
            assertEquals(7, read.get(0));
            assertNull(f.window(SharedFile.WINDOW + 10L));
            assertNull(f.window(-1));
        }
    }

    @Test
    void aFileTooLargeForAllItsWindowsHasNone() throws Exception {
        try (SharedFile f = memory(Long.MAX_VALUE)) {
            assertNull(f.window(0));
        }
    }

    @Test
    void anOrdinaryFileHasNoWindows() throws Exception {
        try (SharedFile f = file()) {
            assertNull(f.window(0));
        }
    }

    @Test
    void aFileThatIsNotThereIsNotCounted() {
        assertThrows(NoSuchFileException.class, () -> files.open(directory.resolve("none"), StandardOpenOption.READ));
        assertEquals(0, files.open());
    }
}
