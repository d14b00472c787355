package dev.sluice.filter.pause;

import dev.sluice.api.ConfigException;
import dev.sluice.api.LayerContext;
import dev.sluice.api.SharedFile;
import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A listening Unix socket that only its owner can connect to, and the mark that tells a successor in the same process
 * that it is there. Goes to a successor as it is, so that nobody who connects notices a swap. Not for use by several
 * threads.
 */
final class ControlSocket {
    /** What a Unix socket's name can have on Linux, in bytes. */
    static final int MAX_PATH = 107;
    private static final int BACKLOG = 16;
    private static final int TYPE_MASK = 0170000;
    private static final int SOCKET_TYPE = 0140000;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;
    private final ServerSocketChannel server;
    private final String fileKey;
    private final SharedFile markFile;
    /** Held strongly: the JDK forgets locks that nobody refers to. */
    private final FileLock mark;

    private ControlSocket(Path path, ServerSocketChannel server, String fileKey, SharedFile markFile, FileLock mark) {
        this.path = path;
        this.server = server;
        this.fileKey = fileKey;
        this.markFile = markFile;
        this.mark = mark;
    }

    /** @throws ConfigException if no socket can have this name */
    static void check(Path path) {
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PATH) {
            throw wrong(path, "the name has " + bytes + " bytes, a socket's can have " + MAX_PATH + " at most");
        }
    }

    /**
     * Makes the socket, in place of one that nobody listens on any more.
     *
     * @return empty if another layer of this process has it: a predecessor, which will hand it over
     * @throws ConfigException why it can't be made
     */
    static Optional<ControlSocket> listen(LayerContext context, Path path) {
        Path directory = path.getParent();
        try {
            SharedFile markFile = context.files().open(directory, StandardOpenOption.READ);
            boolean done = false;
            try {
                // a byte of the directory, chosen by the name: taken by another layer only if that has the same socket
                FileLock mark = markFile.channel().tryLock(path.toString().hashCode() & 0xffff_ffffL, 1, true);
                checkPlace(path);
                ControlSocket made = bound(path, markFile, mark);
                done = true;
                return Optional.of(made);
            } catch (OverlappingFileLockException e) {
                return Optional.empty();
            } finally {
                if (!done) {
                    markFile.close();
                }
            }
        } catch (IOException e) {
            throw wrong(path, "the socket can't be made: " + Failures.reason(e), e);
        }
    }

    private static void checkPlace(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE_MASK) != SOCKET_TYPE) {
            throw wrong(path, "it exists and is no socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            throw wrong(path, "another process listens there");
        } catch (ConnectException e) {
            // left behind by one that was killed
            return;
        }
    }

    /** Bound where nobody else can look, and moved to its place when only the owner can use it. */
    private static ControlSocket bound(Path path, SharedFile markFile, FileLock mark) throws IOException {
        Path hidden = Files.createTempDirectory(path.getParent(), ".pause", PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rwx------")));
        try {
            Path socket = hidden.resolve("s");
            boolean fits = socket.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_PATH;
            if (!fits) {
                Files.deleteIfExists(path);
                socket = path;
            }
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.configureBlocking(false);
                server.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
                Files.setPosixFilePermissions(socket, OWNER_ONLY);
                String key = key(socket);
                if (fits) {
                    Files.move(socket, path, StandardCopyOption.ATOMIC_MOVE);
                }
                return new ControlSocket(path, server, key, markFile, mark);
            } catch (IOException | RuntimeException e) {
                server.close();
                Files.deleteIfExists(socket);
                throw e;
            }
        } finally {
            Files.deleteIfExists(hidden);
        }
    }

    private static String key(Path path) throws IOException {
        return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS) + ":"
                + Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    private static ConfigException wrong(Path path, String why, Exception cause) {
        return new ConfigException("pause: pause-control=" + path + ": " + why, cause);
    }

    private static ConfigException wrong(Path path, String why) {
        return new ConfigException("pause: pause-control=" + path + ": " + why);
    }

    Path path() {
        return path;
    }

    /** Someone who has connected, non-blocking; null if nobody has. */
    SocketChannel accept() throws IOException {
        SocketChannel client = server.accept();
        if (client != null) {
            client.configureBlocking(false);
        }
        return client;
    }

    /** For a hand-over: from now on this object must not be used. */
    Map<String, Object> release() {
        return Map.of("path", path.toString(), "server", server, "key", fileKey, "mark-file", markFile, "mark", mark);
    }

    static ControlSocket adopt(Map<?, ?> state) {
        return new ControlSocket(Path.of((String) state.get("path")), (ServerSocketChannel) state.get("server"),
                (String) state.get("key"), (SharedFile) state.get("mark-file"), (FileLock) state.get("mark"));
    }

    /** Removes the socket, unless its place has been taken by another one. */
    void close() throws IOException {
        try {
            server.close();
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && key(path).equals(fileKey)) {
                Files.delete(path);
            }
        } finally {
            markFile.close();
        }
    }
}
