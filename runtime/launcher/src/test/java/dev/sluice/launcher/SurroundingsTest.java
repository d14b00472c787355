package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurroundingsTest {
    @TempDir
    private Path parent;

    @Test
    void theTemporaryDirectoryIsNewAndItsOwnersAlone() throws Exception {
        Path first = Surroundings.makeTemporary(parent);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(first)));
        assertNotEquals(first, Surroundings.makeTemporary(parent));
    }

    @Test
    void whereNoDirectoryCanBeMadeIsNamed() {
        Path nowhere = parent.resolve("nowhere");
        String text = assertThrows(IOException.class, () -> Surroundings.makeTemporary(nowhere)).getMessage();
        assertTrue(text.startsWith("can't make a directory in " + nowhere + ": "), text);
    }
}
