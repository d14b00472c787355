package dev.sluice.plugin.file;

import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A directory whose files are exports under their own names. Files may come and go while it is served. */
final class ServedDirectory {
    /** As many as a client gets to see of a list. */
    static final int MAX_EXPORTS = 10_000;

    private final Path path;

    ServedDirectory(Path path) {
        this.path = path;
    }

    /** Throws a {@link ConfigException} if this is no directory that can be looked into. */
    void check() {
        if (!Files.exists(path)) {
            throw new ConfigException("dir=" + path + " does not exist");
        }
        if (!Files.isDirectory(path)) {
            throw new ConfigException("dir=" + path + " is not a directory; a single file is served with file=" + path);
        }
        if (!Files.isReadable(path) || !Files.isExecutable(path)) {
            throw new ConfigException("dir=" + path + " can't be read: permission denied");
        }
    }

    /** The directory without symbolic links in its path. */
    Path realPath() throws IOException {
        return path.toRealPath();
    }

    /**
     * The file that an export name stands for, without symbolic links in its path.
     *
     * @throws NbdException if the name is no plain name, or leads to something else than a file in this directory
     */
    Path resolve(String exportName) throws IOException {
        if (exportName.isEmpty()) {
            throw new NbdException(NbdError.EINVAL, "the export name is empty: it must be the name of a file in the served directory");
        }
        if (exportName.indexOf('/') >= 0 || exportName.indexOf('\0') >= 0 || exportName.equals(".") || exportName.equals("..")) {
            throw new NbdException(NbdError.EINVAL, "export name '" + exportName.replace('\0', '?')
                    + "' is not the plain name of a file in the served directory");
        }
        Path real;
        try {
            real = path.resolve(exportName).toRealPath();
        } catch (IOException | InvalidPathException e) {
            throw new NbdException(NbdError.EINVAL, "there is no file '" + exportName + "' in the served directory");
        }
        if (!real.startsWith(realPath())) {
            throw new NbdException(NbdError.EPERM, "export '" + exportName + "' is a symbolic link that leads out of the served directory");
        }
        return real;
    }

    /** The files that can be opened, sorted by name, at most {@link #MAX_EXPORTS}. */
    List<ExportInfo> exports() throws IOException {
        List<String> names = new ArrayList<>();
        Path real = realPath();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, entry -> isServed(entry, real))) {
            for (Path entry : entries) {
                names.add(entry.getFileName().toString());
                if (names.size() == MAX_EXPORTS) {
                    break;
                }
            }
        }
        names.sort(null);
        return names.stream().map(name -> new ExportInfo(name, "")).toList();
    }

    private static boolean isServed(Path entry, Path directory) throws IOException {
        if (FileOpener.problemOf(entry).isPresent()) {
            return false;
        }
        return !Files.isSymbolicLink(entry) || entry.toRealPath().startsWith(directory);
    }
}
