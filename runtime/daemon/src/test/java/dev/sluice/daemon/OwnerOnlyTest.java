package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerOnlyTest {
    @TempDir
    private Path directory;

    private String permissions() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
    }

    private void set(String permissions) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxr-xr-x", "rwx--x--x", "rwxr-x---", "rwx------"})
    void duringTheActionOthersReachNothing(String permissions) throws IOException {
        set(permissions);
        assertEquals("rwx------", OwnerOnly.in(directory, this::permissions));
        assertEquals(permissions, permissions());
    }

    @Test
    void anActionThatFailsLeavesTheDirectoryAsItWas() throws IOException {
        set("rwxr-xr-x");
        assertThrows(IOException.class, () -> OwnerOnly.in(directory, () -> {
            throw new IOException("no");
        }));
        assertEquals("rwxr-xr-x", permissions());
    }
}
