package dev.sluice.launcher;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where and how the process was started; the script passes it in system properties.
 *
 * @param argv the command line
 * @param home the distribution
 * @param directory where the caller stood: relative paths are meant from there, the process itself runs in /
 * @param background whether a script waits on standard output for the line "ready" or "exit STATUS"
 * @param temporary a directory of this process alone
 */
record Surroundings(List<String> argv, Path home, Path directory, boolean background, Path temporary) {
    private static final int ATTEMPTS = 1000;

    /**
     * Reads {@code sluice.home}, {@code sluice.directory} and {@code sluice.background}, and makes the temporary directory.
     *
     * @throws IOException with one line for the user
     */
    static Surroundings of(String... argv) throws IOException {
        Path home = distribution();
        if (!Files.isDirectory(home.resolve("bundles"))) {
            throw new IOException("there is no distribution in " + home + " (the system property sluice.home must name one)");
        }
        Path directory = callersDirectory();
        Path temporary = makeTemporary(Path.of(System.getProperty("java.io.tmpdir")));
        // JNA would leave a directory of its own behind
        System.setProperty("jna.tmpdir", temporary.toString());
        return new Surroundings(List.of(argv), home, directory, inBackground(), temporary);
    }

    /**
     * Makes a directory for this process alone. {@link Files#createTempDirectory} would begin with a secure random number
     * generator, which costs more than the rest of this class; whoever guesses a name gains nothing, as the directory is
     * either made here, for its owner only, or another name is tried.
     */
    static Path makeTemporary(Path parent) throws IOException {
        FileAttribute<?> ownersOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        String name = "sluice-" + ProcessHandle.current().pid() + "-";
        for (int attempt = 1;; attempt++) {
            try {
                return Files.createDirectory(parent.resolve(name + Long.toString(System.nanoTime(), Character.MAX_RADIX)), ownersOnly);
            } catch (FileAlreadyExistsException e) {
                if (attempt == ATTEMPTS) {
                    throw new IOException("can't make a directory in " + parent + ": " + e.getMessage() + " exists", e);
                }
            } catch (IOException e) {
                throw new IOException("can't make a directory in " + parent + ": " + e.getMessage(), e);
            }
        }
    }

    /** Whether a script waits for the last line on standard output. */
    static boolean inBackground() {
        return Boolean.getBoolean("sluice.background");
    }

    /** Where the distribution is. */
    static Path distribution() {
        return Path.of(System.getProperty("sluice.home", "")).toAbsolutePath();
    }

    /** Where the caller stood. */
    static Path callersDirectory() {
        return Path.of(System.getProperty("sluice.directory", "")).toAbsolutePath();
    }

    /** Deletes the temporary directory. */
    void deleteTemporary() throws IOException {
        delete(temporary);
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> children = Files.list(path)) {
                for (Path child : children.toList()) {
                    delete(child);
                }
            }
        }
        Files.deleteIfExists(path);
    }
}
