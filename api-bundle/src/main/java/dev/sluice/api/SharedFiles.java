package dev.sluice.api;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Opens files that the core counts references of. Safe for use by several threads. */
@ProviderType
public interface SharedFiles {
    /** Opens a file with one reference, that of the caller. */
    SharedFile open(Path path, OpenOption... options) throws IOException;

    /**
     * Makes an open channel a shared file with one reference, that of the caller; from now on the core closes it.
     *
     * @param path for messages
     */
    SharedFile adopt(FileChannel channel, Path path);

    /**
     * As {@link #adopt}, for a file that lies in memory, open for reading and writing, and that nobody makes shorter: the layer
     * can use it as memory ({@link SharedFile#window}), and replies are sent from there where that is quicker.
     *
     * @param path for messages
     * @param size of the file, in bytes
     */
    SharedFile adoptMemory(FileChannel channel, Path path, long size);
}
