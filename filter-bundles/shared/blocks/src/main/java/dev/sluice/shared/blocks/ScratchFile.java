package dev.sluice.shared.blocks;

import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.SharedFile;
import dev.sluice.api.util.Failures;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;

/**
 * A temporary sparse file without a name: its storage goes when it is closed, and also when the server is killed. What was
 * never written must not be read. Safe for use by several threads.
 */
public final class ScratchFile implements AutoCloseable {
    /** The system's words for a file that can't grow, wherever the limit is; the client is told ENOSPC. */
    private static final List<String> FULL = List.of("No space left on device", "Disk quota exceeded", "File too large");

    private final SharedFile file;

    /** Goes on with a file that a predecessor made; its reference is now this object's. */
    public ScratchFile(SharedFile file) {
        this.file = Objects.requireNonNull(file);
    }

    /**
     * A new one in the server's directory for temporary files.
     *
     * @param name of the filter, for messages
     */
    public static ScratchFile create(LayerContext context, String name) throws NbdException {
        Path directory = context.temporaryDirectory();
        try {
            Path path = Files.createTempFile(directory, "sluice-" + name + "-", ".tmp");
            try {
                return new ScratchFile(context.files().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
            } finally {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new NbdException(isFull(e) ? NbdError.ENOSPC : NbdError.EIO,
                    name + " can't make a temporary file in " + directory + ": " + Failures.reason(e), e);
        }
    }

    /** The file, for replies and for a hand-over; the reference stays this object's. */
    public SharedFile shared() {
        return file;
    }

    /** Fills the buffer to its limit with the bytes from {@code position}. */
    public void read(long position, ByteBuffer into) throws NbdException {
        long at = position;
        try {
            while (into.hasRemaining()) {
                int n = file.channel().read(into, at);
                if (n < 0) {
                    throw new EOFException("it ends at " + at + ", where there should be data");
                }
                at += n;
            }
        } catch (IOException e) {
            throw new NbdException(NbdError.EIO, "reading the temporary file " + file.path() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes all remaining bytes.
     *
     * @throws NbdException with ENOSPC if the file system has no room for them; a part may have been written
     */
    public void write(long position, ByteBuffer data) throws NbdException {
        long at = position;
        try {
            while (data.hasRemaining()) {
                at += file.channel().write(data, at);
            }
        } catch (IOException e) {
            throw new NbdException(isFull(e) ? NbdError.ENOSPC : NbdError.EIO,
                    "writing the temporary file " + file.path() + ": " + e.getMessage(), e);
        }
    }

    private static boolean isFull(IOException e) {
        String text = String.valueOf(e instanceof FileSystemException f ? f.getReason() : e.getMessage());
        return FULL.stream().anyMatch(text::contains);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
