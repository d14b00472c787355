package dev.sluice.core.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.SharedFile;
import java.io.IOException;
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

    @Test
    void aFileThatIsNotThereIsNotCounted() {
        assertThrows(NoSuchFileException.class, () -> files.open(directory.resolve("none"), StandardOpenOption.READ));
        assertEquals(0, files.open());
    }
}
