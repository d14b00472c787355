package dev.sluice.plugin.ondemand;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.SharedFile;
import dev.sluice.shared.newdisk.DiskCommand;
import dev.sluice.shared.newdisk.DiskFile;
import dev.sluice.shared.newdisk.PrivateDirectory;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The disks of a directory, and who uses them: one client that may write, or several that only read; with sharing, anybody.
 * Other processes are kept away by locks on the files. Safe for use by several threads.
 */
final class DiskDirectory {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Path directory;
    private final DiskCommand command;
    private final boolean wait;
    private final boolean share;
    /** By name; guarded by {@code this}. */
    private final Map<String, Use> uses = new HashMap<>();

    DiskDirectory(Path directory, DiskCommand command, boolean wait, boolean share) {
        this.directory = directory;
        this.command = command;
        this.wait = wait;
        this.share = share;
    }

    boolean isShared() {
        return share;
    }

    /** A disk that is in use; guarded by the directory. */
    private static final class Use {
        /** With a reference of its own; null as long as it is being opened. */
        private SharedFile file;
        private FileLock lock;
        private boolean writable;
        private int clients;

        void add(Held held, boolean writes) {
            if (file == null) {
                file = held.file().shared().retain();
                lock = held.lock();
            }
            writable |= writes;
            clients++;
        }
    }

    /**
     * What a client holds of a disk in use.
     *
     * @param file with a reference of its own
     * @param lock shared by all clients of the disk; null if other processes are not kept away
     */
    record Held(DiskFile file, FileLock lock) {
    }

    /**
     * Opens a disk for a client; makes it if it is not there.
     *
     * @throws NbdException if another client has it, and it was not waited for, or the client has gone meanwhile
     */
    Held open(String name, boolean writable, OpenRequest request) throws IOException {
        while (true) {
            Use mine = new Use();
            Use use;
            synchronized (this) {
                use = uses.computeIfAbsent(name, n -> mine);
                if (use != mine && use.file != null && (share || !writable && !use.writable)) {
                    return join(use);
                }
            }
            if (use == mine) {
                Held held = openFirst(name, mine, writable, request);
                if (held != null) {
                    return held;
                }
            }
            // one that is just being opened may turn out not to be in the way
            if (!wait && (use == mine || isOpen(use))) {
                throw new NbdException(NbdError.EPERM, "ondemand: the file system '" + name + "' is locked by another client");
            }
            request.cancellation().sleep(POLL);
        }
    }

    private synchronized boolean isOpen(Use use) {
        return use.file != null;
    }

    /** Guarded by this. */
    private static Held join(Use use) throws IOException {
        SharedFile file = use.file.retain();
        try {
            Held held = new Held(new DiskFile(file), use.lock);
            use.clients++;
            return held;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Null if another process has it. */
    private Held openFirst(String name, Use mine, boolean writable, OpenRequest request) throws IOException {
        Held held = null;
        try {
            Path path = directory.resolve(name);
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                make(path, request);
            }
            held = lock(DiskFile.open(request, path, writable || share), writable);
            return held;
        } finally {
            synchronized (this) {
                if (held == null) {
                    uses.remove(name);
                } else {
                    mine.add(held, writable);
                }
            }
        }
    }

    /** In a directory of its own first, so that nobody ever sees half of a disk. */
    private void make(Path path, OpenRequest request) throws IOException {
        try (PrivateDirectory own = PrivateDirectory.in(directory, ".sluice-new-")) {
            Path disk = own.path().resolve("disk");
            command.make(request, disk);
            Files.move(disk, path);
        } catch (FileAlreadyExistsException e) {
            // another process was quicker: its disk is as good
            request.cancellation().check();
        }
    }

    private Held lock(DiskFile file, boolean writable) throws IOException {
        if (share) {
            return new Held(file, null);
        }
        FileLock lock = null;
        try {
            lock = file.shared().channel().tryLock(0, Long.MAX_VALUE, !writable);
        } catch (OverlappingFileLockException e) {
            // another export of this server has it
            lock = null;
        } finally {
            if (lock == null) {
                file.close();
            }
        }
        return lock == null ? null : new Held(file, lock);
    }

    /** Counts a client that comes with a disk from a predecessor. */
    synchronized void adopt(String name, boolean writable, Held held) {
        uses.computeIfAbsent(name, n -> new Use()).add(held, writable);
    }

    /** Forgets a client that goes to a successor with its disk and its lock. */
    void release(String name) throws IOException {
        leave(name, false);
    }

    /** The end of a client's use. */
    void close(String name, Held held) throws IOException {
        try {
            leave(name, true);
        } finally {
            held.file().close();
        }
    }

    private synchronized void leave(String name, boolean unlock) throws IOException {
        Use use = uses.get(name);
        use.clients--;
        if (use.clients == 0) {
            uses.remove(name);
            try {
                if (unlock && use.lock != null) {
                    // not left to the close: replies on their way may hold the file open
                    use.lock.release();
                }
            } finally {
                use.file.close();
            }
        }
    }
}
