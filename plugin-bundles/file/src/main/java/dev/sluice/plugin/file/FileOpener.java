package dev.sluice.plugin.file;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.SharedFile;
import dev.sluice.shared.libc.Advice;
import dev.sluice.shared.libc.IoErrors;
import dev.sluice.shared.libc.LibC;
import dev.sluice.shared.libc.OpenDescriptors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Opens a file for one connection, twice: by the C library, which punches holes and seeks data, and by Java, which reads
 * and writes. The second one goes through /proc and the first one's number, so both are the same file even if its name
 * gets another meaning in between.
 */
final class FileOpener {
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_BLOCK = 0060000;

    private FileOpener() {
    }

    /** Why this can't be served, as the end of a sentence that begins with the name; empty if it looks well. */
    static Optional<String> problemOf(Path path) {
        if (!Files.exists(path)) {
            return Optional.of("does not exist");
        }
        if (Files.isDirectory(path)) {
            return Optional.of("is a directory; the files in it are served with dir=" + path);
        }
        if (!Files.isRegularFile(path) && !isBlockDevice(path)) {
            return Optional.of("is neither a regular file nor a block device");
        }
        return Files.isReadable(path) ? Optional.empty() : Optional.of("can't be read: permission denied");
    }

    static boolean isBlockDevice(Path path) {
        try {
            return ((Integer) Files.getAttribute(path, "unix:mode") & TYPE_MASK) == TYPE_BLOCK;
        } catch (IOException | UnsupportedOperationException e) {
            // Not there, or a platform without such files; in both cases it is none.
            return false;
        }
    }

    /**
     * Opens; for writing if the request allows it and the file does.
     *
     * @param inside the directory that the file must lie in; null for anywhere
     */
    static NbdDevice open(OpenRequest request, Path path, Path inside, Optional<LibC> libc, FilePlugin.FileOptions options)
            throws IOException {
        Optional<String> problem = problemOf(path);
        if (problem.isPresent()) {
            throw new NbdException(NbdError.EINVAL, path + " " + problem.get());
        }
        if (libc.isEmpty() || !Files.isDirectory(OpenDescriptors.path(0).getParent())) {
            return device(request, path, path, null, options);
        }
        int descriptor = openDescriptor(libc.get(), path, !request.readOnly());
        try {
            Path same = OpenDescriptors.path(descriptor);
            if (inside != null && !Files.readSymbolicLink(same).startsWith(inside)) {
                throw new NbdException(NbdError.EPERM, path + " was moved out of the served directory while it was opened");
            }
            return device(request, path, same, new LibCFile(libc.get(), descriptor), options);
        } catch (IOException | RuntimeException e) {
            libc.get().close(descriptor);
            throw e;
        }
    }

    private static int openDescriptor(LibC libc, Path path, boolean writable) throws NbdException {
        if (writable) {
            try {
                return libc.open(path, true);
            } catch (NbdException e) {
                // Not writable, for one of several reasons; if it isn't readable either, that is the text to show.
                return libc.open(path, false);
            }
        }
        return libc.open(path, false);
    }

    private static NbdDevice device(OpenRequest request, Path path, Path same, LibCFile libcFile, FilePlugin.FileOptions options)
            throws IOException {
        boolean writable = !request.readOnly();
        FileChannel channel = null;
        if (writable) {
            try {
                channel = FileChannel.open(same, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (IOException e) {
                // As above: not writable.
                writable = false;
            }
        }
        if (channel == null) {
            try {
                channel = FileChannel.open(same, StandardOpenOption.READ);
            } catch (IOException e) {
                throw IoErrors.of(e, "open " + path);
            }
        }
        SharedFile shared = request.files().adopt(channel, path);
        try {
            long size = channel.size();
            BlockDevice block = isBlockDevice(same) ? BlockDevice.of(same) : null;
            if (libcFile != null) {
                libcFile.probe();
                advise(libcFile, channel, block == null ? Long.MAX_VALUE : size, options.advice());
            }
            return new FileDevice(shared, libcFile, block, size, writable, options.evict());
        } catch (IOException | RuntimeException e) {
            shared.close();
            throw e;
        }
    }

    /** Advice on readahead holds for one open file description: that of the channel, which reads. */
    private static void advise(LibCFile libcFile, FileChannel channel, long positions, Advice advice) throws IOException {
        if (advice != Advice.NORMAL && positions > 2) {
            OptionalInt number = OpenDescriptors.numberOf(channel, positions);
            if (number.isPresent()) {
                libcFile.libc().advise(number.getAsInt(), 0, 0, advice);
            }
        }
    }
}
