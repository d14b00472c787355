package dev.sluice.shared.libc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Ranges of files, however many calls of the system they take. Safe for use by several threads. */
public final class FileBytes {
    private FileBytes() {
    }

    /**
     * Fills what remains of a buffer; where the file ends before, some of it remains.
     *
     * @return where the next byte would have come from
     */
    public static long read(FileChannel channel, ByteBuffer buffer, long offset) throws IOException {
        long at = offset;
        while (buffer.hasRemaining()) {
            int n = channel.read(buffer, at);
            if (n < 0) {
                break;
            }
            at += n;
        }
        return at;
    }

    /**
     * Writes what remains of a buffer.
     *
     * @return where the next byte would go
     */
    public static long write(FileChannel channel, ByteBuffer data, long offset) throws IOException {
        long at = offset;
        while (data.hasRemaining()) {
            at += channel.write(data, at);
        }
        return at;
    }
}
