package dev.sluice.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The directory of {@code sluice server}: made with all that belongs into it, and locked as long as the process lives, so
 * that there is one server in it.
 *
 * @param path absolute
 * @param lock held
 */
record ServerDirectory(Path path, FileLock lock) {
    /** Behind {@code sluice}. */
    static final String USAGE = """
            sluice server --dir DIR [-U PATH] [-p PORT] [-i ADDR] [-P PIDFILE] [-f] [-v]
            Runs a server from a directory, which is made if it is not there:
              etc/      a JSON file for each export and listener, read when it changes
              bundles/  more bundles, started with the server
              deploy/   bundles that are installed, updated and uninstalled as files come, change and go
              log/      what was logged
              cache/    made anew at each start
            It listens where etc/ and the options say, else on the Unix socket DIR/nbd.sock.
            With -p or -i it listens on TCP, on 127.0.0.1 and port 10809 unless told otherwise.
            sluice shell --dir DIR runs commands in it.""";

    private static final FileAttribute<?> PRIVATE = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final String WORD = "server";
    private static final String OPTION = "--dir";
    /** What the kernel has room for, without the final NUL. */
    private static final int LONGEST_SOCKET_PATH = 107;

    /** Whether the command line is for a server in a directory. */
    static boolean isMeant(List<String> argv) {
        return !argv.isEmpty() && argv.get(0).equals(WORD);
    }

    /** Whether it only asks for help. */
    static boolean isHelp(List<String> argv) {
        return isMeant(argv) && argv.contains("--help");
    }

    /**
     * Makes and locks the directory that the command line names; empty if it is not for a server.
     *
     * @param here what a relative path is relative to
     * @throws IOException with one line for the user
     */
    static Optional<ServerDirectory> of(List<String> argv, Path here) throws IOException {
        if (!isMeant(argv)) {
            return Optional.empty();
        }
        String named = "";
        for (int i = 1; i < argv.size(); i++) {
            if (argv.get(i).equals(OPTION) && i + 1 < argv.size()) {
                named = argv.get(++i);
            } else if (argv.get(i).startsWith(OPTION + "=")) {
                named = argv.get(i).substring(OPTION.length() + 1);
            }
        }
        if (named.isEmpty()) {
            throw new IOException("server: --dir DIR is missing; the directory is made if it is not there");
        }
        Path path = here.resolve(named).normalize();
        int length = path.resolve("shell.sock").toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_SOCKET_PATH) {
            throw new IOException(path + ": path too long: shell.sock in it has " + length + " > max " + LONGEST_SOCKET_PATH + " bytes");
        }
        try {
            return Optional.of(new ServerDirectory(path, make(path)));
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException("can't use " + path + " as the directory of a server: "
                    + (e.getReason() == null ? e.getClass().getSimpleName() + " " + e.getMessage() : e.getReason()), e);
        }
    }

    private static FileLock make(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            if (path.getParent() != null) {
                Files.createDirectories(path.getParent());
            }
            Files.createDirectory(path, PRIVATE);
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE) || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(path + " can be written by others, who could put code into the server; chmod go-w it");
        }
        FileChannel channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new IOException("a server runs in " + path + " already");
        }
        for (String part : new String[] {"etc", "bundles", "deploy", "log", "cache"}) {
            if (!Files.isDirectory(path.resolve(part))) {
                Files.createDirectory(path.resolve(part), PRIVATE);
            }
        }
        return lock;
    }

    /** Where Felix keeps its copies, which it makes anew, and configurations: inside of a directory that stays private. */
    Path cache() {
        return path.resolve("cache").resolve("felix");
    }

    /** Where messages go. */
    Path log() {
        return path.resolve("log").resolve("server.log");
    }
}
