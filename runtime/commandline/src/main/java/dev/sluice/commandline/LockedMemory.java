package dev.sluice.commandline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether the process may lock all its memory. A JVM asks for more memory all its life, and dies when it is not given
 * any: so what the system would only refuse later is refused at the start.
 */
final class LockedMemory {
    private static final String LIMIT = "Max locked memory";
    private static final String CAPABILITIES = "CapEff:";
    private static final int CAP_IPC_LOCK = 14;

    private final Path self;

    /** Reads what the kernel says about a process, in {@code /proc/self} or a directory that looks like it. */
    LockedMemory(Path self) {
        this.self = self;
    }

    /**
     * Looks whether there is a limit.
     *
     * @param dropsPrivileges whether the process is to become another user
     * @throws UsageException if there is one
     */
    void check(boolean dropsPrivileges) throws UsageException {
        if (!isUnlimited() && (dropsPrivileges || !isPrivileged())) {
            throw UsageException.of("--swap: the limit of locked memory would end the JVM later; set it with 'ulimit -l unlimited'"
                    + (dropsPrivileges ? ", which holds for the user of -u, too" : " or give the process CAP_IPC_LOCK"));
        }
    }

    private boolean isUnlimited() {
        return lines("limits").stream().noneMatch(line -> line.startsWith(LIMIT)
                && !line.substring(LIMIT.length()).strip().startsWith("unlimited"));
    }

    private boolean isPrivileged() {
        return lines("status").stream().filter(line -> line.startsWith(CAPABILITIES))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(CAPABILITIES.length()).strip(), 16) >> CAP_IPC_LOCK & 1) != 0);
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(self.resolve(file));
        } catch (IOException e) {
            // another system: mlockall itself will tell
            return List.of();
        }
    }
}
