package dev.sluice.shared.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnReadTest {
    @Test
    void aBooleanIsAlwaysOrNever() {
        assertTrue(OnRead.parse("kind", "key", "yes").isOn());
        assertFalse(OnRead.parse("kind", "key", "0").isOn());
    }

    @Test
    void aFileSwitchesItOnWhileItExists(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("on");
        OnRead onRead = OnRead.parse("kind", "key", file.toString());
        assertFalse(onRead.isOn());
        Files.createFile(file);
        assertTrue(onRead.isOn());
        Files.delete(file);
        assertFalse(onRead.isOn());
    }

    @Test
    void anythingElseIsRefusedWithWhatWouldBeRight() {
        var e = assertThrows(ConfigException.class, () -> OnRead.parse("kind", "key", "maybe"));
        assertEquals("kind: key=maybe: it is a boolean, or a file name that starts with /", e.getMessage());
        var zero = assertThrows(ConfigException.class, () -> OnRead.parse("kind", "key", "/a\0b"));
        assertTrue(zero.getMessage().startsWith("kind: key=/a\\u0000b: no file can have this name: "), zero.getMessage());
    }
}
