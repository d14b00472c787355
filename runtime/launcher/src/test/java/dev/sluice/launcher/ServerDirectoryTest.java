package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerDirectoryTest {
    @TempDir
    private Path here;

    private ServerDirectory of(String... argv) throws IOException {
        return ServerDirectory.of(List.of(argv), here).orElseThrow();
    }

    private String refused(String... argv) {
        return assertThrows(IOException.class, () -> of(argv)).getMessage();
    }

    @Test
    void otherCommandLinesHaveNone() throws IOException {
        assertEquals(Optional.empty(), ServerDirectory.of(List.of("memory", "--dir", "x"), here));
        assertEquals(Optional.empty(), ServerDirectory.of(List.of(), here));
    }

    @Test
    void itIsMadeWithAllItsPartsForTheOwnerAlone() throws IOException {
        ServerDirectory made = of("server", "-f", "--dir=a/b/../d");
        try (Stream<Path> parts = Files.list(here.resolve("a/d"))) {
            assertEquals(List.of("bundles", "cache", "deploy", "etc", "lock", "log"),
                    parts.map(p -> p.getFileName().toString()).sorted().toList());
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(here.resolve("a/d"))));
        assertTrue(made.lock().isValid());
        made.lock().acquiredBy().close();
    }

    @Test
    void itIsLocked() throws IOException {
        ServerDirectory made = of("server", "--dir", "d");
        // another process is told in words; within one the JDK sees it first
        assertThrows(OverlappingFileLockException.class, () -> of("server", "--dir", "d"));
        made.lock().acquiredBy().close();
    }

    @Test
    void aDirectoryThatOthersCanWriteIsRefused() throws IOException {
        Path open = Files.createDirectory(here.resolve("d"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwx---"));
        assertEquals(open + " can be written by others, who could put code into the server; chmod go-w it",
                refused("server", "--dir", "d"));
    }

    @Test
    void whatIsNoDirectoryIsNamed() throws IOException {
        Path file = Files.createFile(here.resolve("d"));
        assertTrue(refused("server", "--dir", "d").startsWith("can't use " + file + " as the directory of a server: "));
        assertEquals("server: --dir DIR is missing; the directory is made if it is not there", refused("server", "--dir"));
        assertTrue(refused("server", "--dir", "x".repeat(100)).contains("path too long"));
    }

    @Test
    void helpNeedsNoDirectory() {
        assertTrue(ServerDirectory.isHelp(List.of("server", "--help")));
        assertTrue(!ServerDirectory.isHelp(List.of("memory", "--help")));
    }
}
