package dev.sluice.shared.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenDescriptorsTest {
    @TempDir
    private Path directory;

    @Test
    void theNumberOfAChannelIsFoundAmongOthersOfTheSameFile() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fdinfo")), "there is no /proc");
        Path file = Files.createFile(directory.resolve("x"));
        try (FileChannel first = FileChannel.open(file); FileChannel second = FileChannel.open(file, StandardOpenOption.WRITE)) {
            int one = OpenDescriptors.numberOf(first, Long.MAX_VALUE).orElseThrow();
            int two = OpenDescriptors.numberOf(second, Long.MAX_VALUE).orElseThrow();
            assertNotEquals(one, two);
            assertEquals(file.toRealPath(), Files.readSymbolicLink(OpenDescriptors.path(one)));
            assertEquals(0, first.position());
        }
    }
}
