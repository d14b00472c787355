package dev.sluice.commandline;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The file of a Unix socket. The core deletes it with its listener, at a moment of its own; this is for where it can't. */
final class SocketFile {
    private final Path path;
    private final Object key;

    /** As it is now; one that is not there is never removed. */
    SocketFile(Path path) throws IOException {
        this.path = path;
        this.key = keyOf(path);
    }

    /** Deletes it if it is still the one that was there. */
    void remove() throws IOException {
        try {
            if (key != null && key.equals(keyOf(path))) {
                Files.deleteIfExists(path);
            }
        } catch (AccessDeniedException e) {
            // the user of -u may not; nbdkit leaves the file to everybody
            System.getLogger(SocketFile.class.getName()).log(System.Logger.Level.DEBUG, "the socket stays: " + e.getMessage());
        }
    }

    /** Null if there is none. In one step: the core may delete it at any time. */
    private static Object keyOf(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
