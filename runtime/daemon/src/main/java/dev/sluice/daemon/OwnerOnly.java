package dev.sluice.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * Makes sockets that nobody but the owner can ever open. A socket has the permissions that the umask leaves until they are
 * changed; so the directory around it is closed to others until that is done.
 */
final class OwnerOnly {
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE);

    private OwnerOnly() {
    }

    /** What is done in the directory. */
    @FunctionalInterface
    interface Action<T> {
        T run() throws IOException;
    }

    /** Runs an action while only the owner can reach what is in the directory. */
    static <T> T in(Path directory, Action<T> action) throws IOException {
        Set<PosixFilePermission> before = Files.getPosixFilePermissions(directory);
        if (OWNER.containsAll(before)) {
            return action.run();
        }
        Files.setPosixFilePermissions(directory, OWNER);
        try {
            return action.run();
        } finally {
            Files.setPosixFilePermissions(directory, before);
        }
    }
}
