package dev.sluice.api;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An open file that the core owns and counts references of: it is closed when the last reference goes, which may be
 * after the layer has closed it, because replies that are being sent hold references as well. May be handed over in a
 * swap.
 */
@ProviderType
public interface SharedFile extends AutoCloseable {
    /** Bytes in one {@link #window}: what a buffer can address, and a multiple of every size of page. */
    int WINDOW = 1 << 30;

    /** To read and write with absolute positions; must not be closed or repositioned. */
    FileChannel channel();

    /**
     * A stretch of the file as memory that can be written: from the multiple of {@link #WINDOW} at or below
     * {@code position} to the next, or to the end of the file. Shared by all, so only for absolute access, and only while a
     * reference is held.
     *
     * @return null if the file has no such byte, if it was not adopted by {@link SharedFiles#adoptMemory}, or if it is very large:
     *     it is to be used through its channel
     * @throws IOException the system has no room for it
     */
    MappedByteBuffer window(long position) throws IOException;

    /** What it was opened as; for messages. */
    Path path();

    /**
     * How many references there are: 1 means that only the caller's is left, and that no reply is still being sent from
     * the file. More may go at any moment, but one reference does not become two without its owner.
     */
    int references();

    /** Takes one more reference, to be given back with {@link #close()}. */
    SharedFile retain();

    /**
     * Gives one reference back.
     *
     * @throws IOException if this was the last one and the close failed
     */
    @Override
    void close() throws IOException;
}
