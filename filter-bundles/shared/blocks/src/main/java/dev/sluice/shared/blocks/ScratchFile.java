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
    private final long start;

    /** Goes on with a file that a predecessor made; its reference is now this object's. */
    public ScratchFile(SharedFile file) {
        this(file, 0);
    }

    /**
     * As above, for a file that has something else in front.
     *
     * @param start what is position 0 here, in bytes from the start of the file
     */
    public ScratchFile(SharedFile file, long start) {
        this.file = Objects.requireNonNull(file);
        this.start = start;
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
            throw failure(name + " can't make a temporary file in " + directory, e);
        }
    }

    /** The file, for replies and for a hand-over; the reference stays this object's. */
    public SharedFile shared() {
        return file;
    }

    /** Where a position lies in the file, in bytes. */
    public long inFile(long position) {
        return start + position;
    }

    /** Fills the buffer to its limit with the bytes from {@code position}. */
    public void read(long position, ByteBuffer into) throws NbdException {
        long at = inFile(position);
        try {
            while (into.hasRemaining()) {
                int n = file.channel().read(into, at);
                if (n < 0) {
                    throw new EOFException("it ends at " + at + ", where there should be data");
                }
                at += n;
            }
        } catch (IOException e) {
            throw new NbdException(NbdError.EIO, "reading the file " + file.path() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes all remaining bytes.
     *
     * @throws NbdException with ENOSPC if the file system has no room for them; a part may have been written
     */
    public void write(long position, ByteBuffer data) throws NbdException {
        long at = inFile(position);
        if (at < 0) {
            throw new NbdException(NbdError.ENOSPC, "writing the file " + file.path() + ": no file is longer than 2^63-1 bytes");
        }
        try {
            while (data.hasRemaining()) {
                at += file.channel().write(data, at);
            }
        } catch (IOException e) {
            throw failure("writing the file " + file.path(), e);
        }
    }

    /** The failure for one of the file system's: ENOSPC if there is no room, else EIO. */
    public static NbdException failure(String what, IOException e) {
        return e instanceof NbdException known ? known
                : new NbdException(isFull(e) ? NbdError.ENOSPC : NbdError.EIO, what + ": " + Failures.reason(e), e);
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
