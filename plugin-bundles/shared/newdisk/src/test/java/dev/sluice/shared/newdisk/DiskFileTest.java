package dev.sluice.shared.newdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdException;
import dev.sluice.api.contract.TestContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFileTest {
    @TempDir
    Path directory;

    @Test
    void aRegularFileIsOpened() throws Exception {
        TestContext context = new TestContext(directory);
        Path path = Files.write(directory.resolve("f"), new byte[100]);
        try (DiskFile file = DiskFile.open(context, path, true)) {
            assertEquals(100, file.size());
        }
        context.assertNothingHeld();
    }

    @Test
    void whatIsNoRegularFileIsRefusedAndNamed() throws Exception {
        TestContext context = new TestContext(directory);
        Files.write(directory.resolve("f"), new byte[100]);
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("f"));
        for (Path wrong : new Path[] {link, directory, directory.resolve("gone"), Path.of("/dev/null")}) {
            NbdException e = assertThrows(NbdException.class, () -> DiskFile.open(context, wrong, true));
            assertEquals(wrong + " is not a regular file", e.getMessage());
        }
        context.assertNothingHeld();
    }

    @Test
    void aPrivateDirectoryGoesWithAllThatIsInItAndNothingElse() throws Exception {
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Files.write(outside.resolve("f"), new byte[1]);
        Path path;
        try (PrivateDirectory own = PrivateDirectory.in(directory, "x-")) {
            path = own.path();
            Files.createDirectories(path.resolve("a/b"));
            Files.write(path.resolve("a/b/c"), new byte[1]);
            Files.createSymbolicLink(path.resolve("a/link"), outside);
        }
        assertFalse(Files.exists(path));
        assertTrue(Files.exists(outside.resolve("f")));
    }
}
