package dev.sluice.shared.libc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBytesTest {
    @TempDir
    Path directory;

    private FileChannel file() throws Exception {
        return FileChannel.open(directory.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        try (FileChannel file = file()) {
            assertEquals(13, FileBytes.write(file, ByteBuffer.wrap(new byte[] {1, 2, 3}), 10));
            ByteBuffer buffer = ByteBuffer.allocate(3);
            assertEquals(13, FileBytes.read(file, buffer, 10));
            assertFalse(buffer.hasRemaining());
            assertArrayEquals(new byte[] {1, 2, 3}, buffer.array());
        }
    }

    @Test
    void aReadEndsWhereTheFileDoes() throws Exception {
        try (FileChannel file = file()) {
            FileBytes.write(file, ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
            ByteBuffer buffer = ByteBuffer.allocate(5);
            assertEquals(3, FileBytes.read(file, buffer, 1));
            assertEquals(3, buffer.remaining());
        }
    }
}
