package dev.sluice.shared.newdisk;

import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.SharedFile;
import dev.sluice.shared.libc.IoErrors;
import dev.sluice.shared.libc.LibC;
import dev.sluice.shared.libc.OpenDescriptors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * An open file that is served as a disk, with what the platform can do with it. Holds one reference of the core's file.
 * Immutable, safe for use by several threads.
 */
public final class DiskFile implements AutoCloseable {
    private final SharedFile file;
    /** The number behind {@link #file}; -1 if it isn't known, or nothing can be done with it. */
    private final int descriptor;
    private final LibC libc;
    private final boolean extents;
    private final long size;

    /**
     * Goes on with a file that is open.
     *
     * @param file the reference is this object's from now on
     * @throws IOException if it can't be looked at; the reference is still the caller's then
     */
    public DiskFile(SharedFile file) throws IOException {
        this.file = file;
        FileChannel channel = file.channel();
        libc = LibC.find().orElse(null);
        descriptor = libc == null ? -1 : OpenDescriptors.numberOf(channel, Long.MAX_VALUE).orElse(-1);
        size = channel.size();
        extents = descriptor >= 0 && tellsHoles();
    }

    /**
     * Opens a regular file; a symbolic link is refused.
     *
     * @throws NbdException if that fails, with the name of the file
     */
    public static DiskFile open(LayerContext context, Path path, boolean writable) throws IOException {
        Set<OpenOption> options = writable
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)
                : Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new NbdException(NbdError.EINVAL, path + " is not a regular file");
        }
        SharedFile file;
        try {
            file = context.files().open(path, options.toArray(new OpenOption[0]));
        } catch (IOException e) {
            throw IoErrors.of(e, "open " + path);
        }
        try {
            return new DiskFile(file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private boolean tellsHoles() {
        try {
            libc.seekHole(descriptor, 0);
            return true;
        } catch (NbdException e) {
            // this file system does not tell holes from data: everything is data then
            return false;
        }
    }

    /** The file; the reference stays this object's. */
    public SharedFile shared() {
        return file;
    }

    /** In bytes, as it was at first. */
    public long size() {
        return size;
    }

    /** Whether {@link #libc} can do something with {@link #descriptor}. */
    boolean hasDescriptor() {
        return descriptor >= 0;
    }

    boolean hasExtents() {
        return extents;
    }

    int descriptor() {
        return descriptor;
    }

    LibC libc() {
        return libc;
    }

    /** The failure for one of the file system's. */
    NbdException failure(IOException e, String what) {
        return e instanceof NbdException known && known.error() == NbdError.ENOTSUP ? known : IoErrors.of(e, what);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
